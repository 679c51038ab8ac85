import { removeBackupAddress } from '#server/recovery/backup-address/store.ts'
import { removePhone } from '#server/recovery/phone/store.ts'
import { removeSecurityQuestion } from '#server/recovery/security-question/store.ts'
import { recoveryMethodContract } from '#test/contracts/recovery-method.ts'
import { underLock } from '#test/support/account-lock.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })

recoveryMethodContract('backup-address', () => portal, {
  contactOf: (person) => person.address,
  wrong: 'there is nothing to type',
  remove: ({ db, keyring }, { accountId }) =>
    underLock(db, accountId, (trx) => removeBackupAddress(trx, keyring, accountId)),
})
recoveryMethodContract('phone', () => portal, {
  contactOf: (person) => person.phone,
  wrong: '00000000',
  remove: ({ db, keyring }, { accountId }) =>
    underLock(db, accountId, (trx) => removePhone(trx, keyring, accountId)),
})
recoveryMethodContract('security-question', () => portal, {
  contactOf: () => '',
  wrong: 'none of theirs',
  remove: ({ db, clock }, { accountId }) =>
    underLock(db, accountId, (trx) => removeSecurityQuestion(trx, accountId, clock.now())),
})
