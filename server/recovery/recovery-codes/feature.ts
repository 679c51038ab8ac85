import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { recoveryCodeRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('printed_codes', ['made_at', 'used_at', 'doubtful_at'])

export const recoveryCodesFeature = {
  name: 'recovery/recovery-codes',
  texts,
  routes: (parts) => [recoveryCodeRoutes(parts)],
  tables: ['printed_codes'],
  life: () => ({
    recover: nothing('a sheet that a stranger may have made comes into doubt with the late ways'),
    signOut: nothing('it comes into doubt with the other late ways'),
    block: nothing('a code finds its account blocked'),
    close: rows.delete,
    export: rows.export,
    rekey: noKeys,
  }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
