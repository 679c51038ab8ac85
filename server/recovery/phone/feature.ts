import type { AccountFeature } from '#server/accounts/feature.ts'
import { nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { rekeyCodeRequests } from './code-store.ts'

const rows = accountRows('phones', ['confirmed_at', 'proven_at', 'doubtful_at'])

export const phoneFeature: AccountFeature<RecoveryParts> = {
  name: 'recovery/phone',
  tables: ['phones'],
  life: ({ keyring }) => ({
    recover: nothing('a code belongs to its flow, which ends'),
    signOut: nothing('a code belongs to its flow'),
    block: nothing('a code finds its account blocked'),
    close: rows.delete,
    export: rows.export,
    rekey: (trx, limit) => rekeyCodeRequests(trx, keyring, limit),
  }),
}
