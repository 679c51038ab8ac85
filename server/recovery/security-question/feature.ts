import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { securityQuestionRoutes } from './routes.ts'
import { securityQuestionRows } from './settings.ts'
import { removeSecurityQuestion } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('security_questions', [
  'question',
  'set_at',
  'proven_at',
  'removed_at',
  'doubtful_at',
])

export const securityQuestionFeature = {
  name: 'recovery/security-question',
  texts,
  settings: securityQuestionRows,
  routes: (parts) => [securityQuestionRoutes(parts)],
  tables: ['security_questions'],
  life: () => ({
    recover: nothing('an answer that others may know comes into doubt with the other late ways'),
    signOut: nothing('it comes into doubt with the other late ways'),
    block: nothing('an answer finds its account blocked'),
    // The database refuses to forget that a question was removed.
    close: async (trx, { accountId, at }) => {
      await removeSecurityQuestion(trx, accountId, at)
    },
    export: rows.export,
    rekey: noKeys,
  }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<RecoveryParts>
