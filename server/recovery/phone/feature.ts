import { claimedValues } from '#server/accounts/claims/store.ts'
import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { rekeyCodeRequests } from './code-store.ts'
import { phoneRoutes } from './routes.ts'
import { phoneFaults, phoneRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('phones', ['confirmed_at', 'proven_at', 'doubtful_at'])

export const phoneFeature = {
  name: 'recovery/phone',
  texts,
  settings: phoneRows,
  settingRule: phoneFaults,
  routes: (parts) => [phoneRoutes(parts)],
  tables: ['phones'],
  life: ({ keyring }) => ({
    recover: nothing('a code belongs to its flow, which ends'),
    signOut: nothing('a code belongs to its flow'),
    block: nothing('a code finds its account blocked'),
    close: rows.delete,
    export: async (db, accountId) => {
      const [number] = await claimedValues(db, keyring, 'phone', accountId)
      const { phones = [] } = await rows.export(db, accountId)
      return { phones: phones.map((row) => ({ number, ...row })) }
    },
    rekey: (trx, limit) => rekeyCodeRequests(trx, keyring, limit),
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
