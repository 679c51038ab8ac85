import { removeSheet } from '#server/recovery/recovery-codes/store.ts'
import type { Trial } from '#test/contracts/recovery-method.ts'
import { underLock } from '#test/support/account-lock.ts'

export const trial: Trial = {
  contactOf: () => '',
  wrong: '2345-6789-abcd-efgh-jkmn-pqrs',
  remove: ({ db }, { accountId }) => underLock(db, accountId, (trx) => removeSheet(trx, accountId)),
}
