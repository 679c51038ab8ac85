// What every recovery method offers to its owner's pages, to notices and to undo.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { LinkedContact } from '../contacts/contact.ts'

export type MethodId = 'backup-address' | 'phone' | 'security-question'

export interface DescribedMethod {
  readonly id: MethodId
  /** `pending`: waits for its code. `removed`: gone for ever. `closed`: switched off. */
  readonly state: 'set' | 'none' | 'pending' | 'removed' | 'closed'
  /** Others may know the answer or guess it. */
  readonly weak: boolean
  readonly href: string
  readonly masked?: string
  readonly question?: string
  readonly since?: Date
  readonly provenAt?: Date
  /** It may be a stranger's, until its owner sets it again. */
  readonly doubtful?: true
}

export interface ManagedMethod {
  readonly id: MethodId
  describe(db: Db, accountId: string, at: Date): Promise<DescribedMethod>
  /** Undefined also for a method without contacts. */
  findContact(db: Db | Trx, accountId: string): Promise<LinkedContact | undefined>
  /** When it was set; undefined if it is in doubt. */
  sureSince(trx: AccountTrx, accountId: string): Promise<Date | undefined>
  doubt(trx: AccountTrx, accountId: string, at: Date): Promise<void>
  remove(trx: AccountTrx, accountId: string, at: Date): Promise<void>
  /** What a stranger set must open nothing. Returns whether the account lost a contact. */
  distrust(trx: AccountTrx, accountId: string, at: Date): Promise<boolean>
  restore(
    trx: AccountTrx,
    accountId: string,
    old: LinkedContact,
    at: Date,
  ): Promise<'restored' | 'taken'>
}

export interface ManagedMethods {
  readonly list: readonly ManagedMethod[]
  describe(db: Db, accountId: string, at: Date): Promise<DescribedMethod[]>
  describeOne(db: Db, accountId: string, id: MethodId, at: Date): Promise<DescribedMethod>
  contactsOf(db: Db | Trx, accountId: string): Promise<LinkedContact[]>
  byId(id: MethodId): ManagedMethod
}

export function manageMethods(list: readonly ManagedMethod[]): ManagedMethods {
  const byId = (id: MethodId): ManagedMethod => {
    const found = list.find((method) => method.id === id)
    if (!found) throw new Error(`no method ${id}`)
    return found
  }
  return {
    list,
    byId,
    describeOne: (db, accountId, id, at) => byId(id).describe(db, accountId, at),
    describe: (db, accountId, at) =>
      Promise.all(list.map((method) => method.describe(db, accountId, at))),
    async contactsOf(db, accountId) {
      const contacts: LinkedContact[] = []
      for (const method of list) {
        const contact = await method.findContact(db, accountId)
        if (contact) contacts.push(contact)
      }
      return contacts
    },
  }
}

/** Whether the page advises a second way back. A warning says more, so it comes first. */
export const lacksSecondWay = (methods: readonly DescribedMethod[]): boolean =>
  warningsOf(methods).length === 0 && methods.filter(({ state }) => state === 'set').length === 1

/** A contact in doubt is better than none; a question in doubt opens nothing. */
export const hasWayBack = (methods: readonly DescribedMethod[]): boolean =>
  methods.some(
    ({ id, state, doubtful }) => state === 'set' && !(id === 'security-question' && doubtful),
  )

/** Names under `account.warnings`. */
export function warningsOf(
  methods: readonly DescribedMethod[],
): ('no-methods' | 'only-question' | 'doubtful')[] {
  const set = methods.filter((method) => method.state === 'set')
  if (set.length === 0) return ['no-methods']
  const warnings: ('only-question' | 'doubtful')[] = []
  if (set.every((method) => method.weak)) warnings.push('only-question')
  if (set.some((method) => method.doubtful)) warnings.push('doubtful')
  return warnings
}
