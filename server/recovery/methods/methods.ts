// All recovery methods together, and what they say about an account.

import type { Db, Trx } from '#db/connection.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import type { DescribedMethod, RecoveryMethod } from '../flow/recovery-method.ts'

export interface RecoveryMethods {
  readonly list: readonly RecoveryMethod[]
  /** Those that a recovery offers, in the order of its page. */
  readonly offered: readonly RecoveryMethod[]
  describe(db: Db, accountId: string, at: Date): Promise<DescribedMethod[]>
  describeOne(db: Db, accountId: string, id: MethodId, at: Date): Promise<DescribedMethod>
  contactsOf(db: Db | Trx, accountId: string): Promise<LinkedContact[]>
  byId(id: MethodId): RecoveryMethod
}

export function joinMethods(list: readonly RecoveryMethod[]): RecoveryMethods {
  const byId = (id: MethodId): RecoveryMethod => {
    const found = list.find((method) => method.id === id)
    if (!found) throw new Error(`no method ${id}`)
    return found
  }
  return {
    list,
    get offered() {
      return list
        .filter(({ isOffered }) => isOffered)
        .toSorted((one, other) => one.pages.rank - other.pages.rank)
    },
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

/** Whether the page advises a second way back. It shows a warning instead, if there is one. */
export const lacksSecondWay = (methods: readonly DescribedMethod[]): boolean =>
  warningsOf(methods).length === 0 && methods.filter(({ state }) => state === 'set').length === 1

/** A contact in doubt counts: it recovers the mailbox if no contact is beyond doubt. */
export const hasWayBack = (methods: readonly DescribedMethod[]): boolean =>
  methods.some(({ state, shut }) => state === 'set' && !shut)

/** Names under `account.warnings`. */
export function warningsOf(methods: readonly DescribedMethod[]): string[] {
  const set = methods.filter((method) => method.state === 'set')
  if (set.length === 0) return ['no-methods']
  const warnings: string[] = []
  if (set.every((method) => method.weak)) warnings.push('only-question')
  if (set.some((method) => method.doubtful)) warnings.push('doubtful')
  return [...warnings, ...set.flatMap(({ warning }) => warning ?? [])]
}
