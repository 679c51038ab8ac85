import { removePhone } from '#server/recovery/phone/store.ts'
import type { Trial } from '#test/contracts/recovery-method.ts'
import { underLock } from '#test/support/account-lock.ts'

export const trial: Trial = {
  contactOf: (person) => person.phone,
  wrong: '00000000',
  remove: ({ db, keyring }, { accountId }) =>
    underLock(db, accountId, (trx) => removePhone(trx, keyring, accountId)),
}
