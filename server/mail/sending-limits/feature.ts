import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import { dayBefore, daysBefore } from '#server/core/clock.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { sendingLimitRows } from './settings.ts'
import { deleteOldRecipients, deleteOldSendingDays } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountTables({
  sending_recipients: ['day'],
  sending_alerts: ['day', 'kind', 'allowed', 'happened_at'],
  sending_days: ['day', 'letters', 'recipients'],
})

/** The numbers alone: they show what was usual before an abuse. */
const daysKept = 30

async function startPolicy(parts: MailParts, at: { host: string; port: number }) {
  const { startPolicyService } = await import('./policy-service.ts')
  return startPolicyService(parts, at)
}

export const sendingLimitsFeature = {
  name: 'mail/sending-limits',
  texts,
  settings: sendingLimitRows,
  listen: (parts) => {
    const { sendingPolicyPort: port, mailServicesHost: host } = parts.settings
    return port === undefined ? undefined : startPolicy(parts, { host, port })
  },
  events: () => import('./events.ts'),
  sweeps: ({ clock }) => [
    {
      name: 'recipients of a day',
      run: (on, limit) => deleteOldRecipients(on, dayBefore(clock), limit),
    },
    {
      name: 'sending',
      run: (on, limit) => deleteOldSendingDays(on, daysBefore(clock, daysKept), limit),
    },
  ],
  tables: ['sending_days', 'sending_recipients', 'sending_alerts'],
  life: () => ({
    recover: nothing('a new password gives no new allowance'),
    signOut: nothing('what was sent today counts on'),
    block: nothing('a measure has its own limit'),
    close: rows.delete,
    export: rows.export,
    rekey: noKeys,
  }),
} satisfies AccountFeature<MailParts>
