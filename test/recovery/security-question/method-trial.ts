import { removeSecurityQuestion } from '#server/recovery/security-question/store.ts'
import type { Trial } from '#test/contracts/recovery-method.ts'
import { underLock } from '#test/support/account-lock.ts'

export const trial: Trial = {
  contactOf: () => '',
  wrong: 'none of theirs',
  remove: ({ db, clock }, { accountId }) =>
    underLock(db, accountId, (trx) => removeSecurityQuestion(trx, accountId, clock.now())),
}
