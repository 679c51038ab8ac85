import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import { dayBefore } from '#server/core/clock.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { deleteOldLinks, rekeyLinkRequests } from './link-store.ts'
import { backupAddressRoutes } from './routes.ts'
import { backupAddressRows } from './settings.ts'
import { findBackupAddress, rekeyBackupAddresses } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountTables({
  backup_addresses: ['confirmed_at', 'proven_at', 'doubtful_at'],
  recovery_links: ['sent_at', 'expires_at', 'spent_at'],
})

export const backupAddressFeature = {
  name: 'recovery/backup-address',
  texts,
  settings: backupAddressRows,
  routes: (parts) => [backupAddressRoutes(parts)],
  sweeps: ({ clock }) => [
    { name: 'links', run: (on, limit) => deleteOldLinks(on, dayBefore(clock), limit) },
  ],
  tables: ['backup_addresses', 'recovery_links'],
  life: ({ keyring }) => ({
    recover: nothing('a link dies with the epoch in which it was made'),
    signOut: nothing('a link that a contact got goes on'),
    block: nothing('a link finds its account blocked'),
    close: rows.delete,
    export: async (db, accountId) => {
      const found = await findBackupAddress(db, keyring, accountId)
      const { backup_addresses = [], ...others } = await rows.export(db, accountId)
      const address = found?.value
      return { backup_addresses: backup_addresses.map((row) => ({ address, ...row })), ...others }
    },
    rekey: async (trx, limit) =>
      (await rekeyBackupAddresses(trx, keyring, limit)) +
      (await rekeyLinkRequests(trx, keyring, limit)),
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
