import type { AccountFeature } from '#server/accounts/feature.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { convergeMailboxTask } from './converge-mailbox.ts'
import { followSettingsTask } from './follow-settings.ts'
import { measureTasks } from './measure-mailboxes.ts'
import { mailboxOverview } from './overview/show-mailbox.ts'
import { spaceRoutes } from './overview/space-routes.ts'
import { purgeMailboxesTask } from './purge-mailboxes.ts'
import { rekeyMailboxes } from './reconcile/reconcile-store.ts'
import { mailboxFaults, mailboxRows } from './settings.ts'
import { sweepMailboxesTask } from './sweep-mailboxes.ts'
import texts from './texts.json' with { type: 'json' }
import {
  convergeTask,
  wantAppPasswords,
  wantMailboxPassword,
  wantMailboxRemoved,
  wantMailboxSuspension,
} from './want-mailbox.ts'

const rows = accountRows('mailboxes', [
  'address',
  'aliases',
  'suspension',
  'quota_bytes',
  'used_bytes',
  'changed_at',
])

export const mailboxesFeature = {
  name: 'mail/mailboxes',
  texts,
  settings: mailboxRows,
  settingRule: mailboxFaults,
  routes: (parts) => [spaceRoutes(parts)],
  overview: mailboxOverview,
  events: () => import('./events.ts'),
  tasks: (parts) => {
    const converge = convergeMailboxTask(parts)
    return {
      [convergeTask]: async (payload, context) => {
        await converge(payload, context)
        await parts.noteConverged(String(payload.accountId))
      },
      ...measureTasks(parts),
      'mailbox:follow-settings': followSettingsTask(parts),
      'mailbox:purge': purgeMailboxesTask(parts),
      'mailbox:sweep': sweepMailboxesTask(parts),
    }
  },
  times: [
    '*/10 * * * * mailbox:sweep',
    '*/5 * * * * mailbox:measure-due',
    '*/10 * * * * mailbox:follow-settings',
    '41 3 * * * mailbox:purge',
  ],
  tables: ['mailboxes'],
  life: (parts) => ({
    recover: (trx, { accountId, password, at }) =>
      wantMailboxPassword(trx, parts, { accountId, password, at, endSessions: true }),
    signOut: async (trx, { accountId, at, withMailPrograms }) => {
      if (withMailPrograms) await wantAppPasswords(trx, { accountId, at, endSessions: true })
    },
    block: (trx, { accountId, at, suspension }) =>
      wantMailboxSuspension(trx, { accountId, suspension, at }),
    close: (trx, { accountId, at }) => wantMailboxRemoved(trx, { accountId, at }),
    export: rows.export,
    rekey: (trx, limit) => rekeyMailboxes(trx, parts.keyring, limit),
  }),
  commands: () => import('./commands.ts'),
  checks: () => import('./checks.ts'),
  gauges: () => import('./gauges.ts'),
  samples: () => import('./overview/samples.ts'),
} satisfies AccountFeature<MailParts>
