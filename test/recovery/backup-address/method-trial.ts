import { removeBackupAddress } from '#server/recovery/backup-address/store.ts'
import type { Trial } from '#test/contracts/recovery-method.ts'
import { underLock } from '#test/support/account-lock.ts'

export const trial: Trial = {
  contactOf: (person) => person.address,
  wrong: 'there is nothing to type',
  remove: ({ db, keyring }, { accountId }) =>
    underLock(db, accountId, (trx) => removeBackupAddress(trx, keyring, accountId)),
}
