import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import { daysBefore } from '#server/core/clock.ts'
import type { SiteParts } from '../parts.ts'
import { checkTasks } from './ask-owners.ts'
import { checkOverview } from './overview.ts'
import { checkRoutes } from './routes.ts'
import { checkRows } from './settings.ts'
import { deleteOldQuestions } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountTables({
  contact_questions: ['kind', 'sent_at', 'contact_since', 'expires_at', 'used_at'],
  contact_statements: ['kind', 'contact_since', 'stated_at'],
})

/** Longer than CHECK_MONTHS, since a row also says that somebody was asked. */
const keptDays = ({ checkMonths }: { readonly checkMonths: number }) => 60 + checkMonths * 31

export const checkFeature = {
  name: 'site/check',
  texts,
  settings: checkRows,
  events: () => import('./events.ts'),
  routes: (parts) => [checkRoutes(parts)],
  overview: checkOverview,
  tasks: checkTasks,
  times: ['23 8 * * * check:ask'],
  sweeps: ({ clock, settings }) => [
    {
      name: 'contact questions',
      run: (on, limit) => deleteOldQuestions(on, daysBefore(clock, keptDays(settings)), limit),
    },
  ],
  tables: ['contact_questions', 'contact_statements'],
  life: () => ({
    recover: nothing('a link dies with the epoch in which it was made'),
    signOut: nothing('a link dies with the epoch in which it was made'),
    block: nothing('a link finds its account blocked'),
    close: rows.delete,
    export: rows.export,
    rekey: noKeys,
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<SiteParts>
