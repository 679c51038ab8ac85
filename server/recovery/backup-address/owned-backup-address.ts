import { maskEmailAddress } from '#server/core/identifiers/email-address.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { OwnedMethod } from '#server/recovery/flow/recovery-method.ts'
import { findConfirmation } from '../contacts/store.ts'
import { listUnproven } from '../contacts/unproven-store.ts'
import {
  type BackupAddress,
  findBackupAddress,
  markBackupAddressDoubtful,
  markBackupAddressProven,
  removeBackupAddress,
  restoreBackupAddress,
} from './store.ts'

const id = 'backup-address'
const own = { id, weak: false, href: '/account/recovery/backup-address' } as const

export const ownedBackupAddress = (keyring: Keyring): OwnedMethod => ({
  id,
  flashes: ['backup-address-linked', 'backup-address-removed'],
  async describe(db, accountId, at) {
    const address = await findBackupAddress(db, keyring, accountId)
    if (address) {
      const { value, confirmedAt: since, provenAt, doubtful } = address
      const masked = maskEmailAddress(value)
      const doubt = doubtful ? { doubtful } : {}
      return { ...own, state: 'set', masked, since, provenAt, ...doubt }
    }
    const pending = await findConfirmation(db, keyring, accountId, id)
    if (!pending || pending.spentAt || pending.expiresAt <= at) return { ...own, state: 'none' }
    return { ...own, state: 'pending', masked: maskEmailAddress(pending.contact.value) }
  },
  findContact: (db, accountId) => findBackupAddress(db, keyring, accountId),
  proveContact: markBackupAddressProven,
  listUnproven: (db, asked) => listUnproven(db, 'backup_addresses', asked),
  async sureSince(trx, accountId) {
    const found = await findBackupAddress(trx, keyring, accountId)
    return found?.doubtful ? undefined : found?.confirmedAt
  },
  doubt: markBackupAddressDoubtful,
  async remove(trx, accountId) {
    await removeBackupAddress(trx, keyring, accountId)
  },
  distrust: async (trx, accountId) =>
    (await removeBackupAddress(trx, keyring, accountId)) !== undefined,
  async restore(trx, accountId, old, at) {
    const put = await restoreBackupAddress(trx, keyring, accountId, old as BackupAddress, at)
    return put.kind === 'put' ? 'restored' : 'taken'
  },
})
