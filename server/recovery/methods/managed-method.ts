// What every recovery method offers to the pages of its owner, to notices and to undo.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { LinkedContact } from '../contacts/contact.ts'

export type MethodId = 'backup-address' | 'phone' | 'security-question'

export interface DescribedMethod {
  readonly id: MethodId
  /** `pending`: waits for its code. `removed`: gone for ever. `closed`: not offered here any more. */
  readonly state: 'set' | 'none' | 'pending' | 'removed' | 'closed'
  /** Others may know or guess it. */
  readonly weak: boolean
  readonly href: string
  /** Enough to recognise it by. */
  readonly masked?: string
  /** Id of the question that is asked. */
  readonly question?: string
  readonly since?: Date
  readonly provenAt?: Date
  /** It may be somebody else's, until its owner confirms or sets it again. */
  readonly doubtful?: true
}

export interface ManagedMethod {
  readonly id: MethodId
  /** How it stands with the account at the moment `at`. */
  describe(db: Db, accountId: string, at: Date): Promise<DescribedMethod>
  /** The contact that the account holds by it, where it is one of contacts. */
  findContact(db: Db | Trx, accountId: string): Promise<LinkedContact | undefined>
  /** Since when it is set; undefined where it is not, or is in doubt. */
  sureSince(trx: AccountTrx, accountId: string): Promise<Date | undefined>
  /** Notes that it may be somebody else's. The caller holds the account, and records or tells it. */
  doubt(trx: AccountTrx, accountId: string, at: Date): Promise<void>
  /** Takes it from the account. The caller records and tells it. */
  remove(trx: AccountTrx, accountId: string, at: Date): Promise<void>
  /**
   * For undo: whatever is set now came from a stranger and is to open nothing any more.
   * @returns whether a contact was taken from the account by it
   */
  distrust(trx: AccountTrx, accountId: string, at: Date): Promise<boolean>
  /** Puts a contact back that was replaced or removed, if it is still free. */
  restore(
    trx: AccountTrx,
    accountId: string,
    old: LinkedContact,
    at: Date,
  ): Promise<'restored' | 'taken'>
}

export interface ManagedMethods {
  /** In the order in which they are shown. */
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

/** Whether one way back is all there is, and a second would make it safe. Where a warning says more, there is no need of it. */
export const lacksSecondWay = (methods: readonly DescribedMethod[]): boolean =>
  warningsOf(methods).length === 0 && methods.filter(({ state }) => state === 'set').length === 1

/** Whether the owner can get back in at all. A contact in doubt still serves where there is none beyond doubt; a question in doubt does not. */
export const hasWayBack = (methods: readonly DescribedMethod[]): boolean =>
  methods.some(
    ({ id, state, doubtful }) => state === 'set' && !(id === 'security-question' && doubtful),
  )

/** Names under `account.warnings`, for an account that could be lost or is easily taken. */
export function warningsOf(
  methods: readonly DescribedMethod[],
): ('no-methods' | 'only-question' | 'doubtful')[] {
  const set = methods.filter((method) => method.state === 'set')
  if (set.length === 0) return ['no-methods']
  return [
    ...(set.every((method) => method.weak) ? (['only-question'] as const) : []),
    ...(set.some((method) => method.doubtful) ? (['doubtful'] as const) : []),
  ]
}
