import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import { dayBefore, daysBefore } from '#server/core/clock.ts'
import { clientSignInsLink } from './overview.ts'
import type { ClientSignInParts } from './parts.ts'
import { clientSignInRoutes } from './routes.ts'
import { clientSignInsCheck } from './security-check.ts'
import { clientSignInFaults, clientSignInRows } from './settings.ts'
import { deleteOldMarks, deleteOldSignIns } from './store.ts'
import texts from './texts.json' with { type: 'json' }
import { deleteOldTries } from './try-store.ts'

const rows = accountTables({
  client_sign_ins: ['service', 'outcome', 'place', 'tries', 'first_at', 'last_at'],
  client_password_marks: ['last_good_at'],
})

async function startReports(
  parts: ClientSignInParts,
  at: { host: string; port: number; token: string },
) {
  const { startReportService } = await import('./report-service.ts')
  return startReportService(parts, at)
}

export const clientSignInsFeature = {
  name: 'mail/client-sign-ins',
  texts,
  settings: clientSignInRows,
  listen: (parts) => {
    const {
      authPolicyPort: port,
      mailServicesHost: host,
      signInReportToken: token,
    } = parts.settings
    return port === undefined || !token ? undefined : startReports(parts, { host, port, token })
  },
  settingRule: clientSignInFaults,
  routes: (parts) => [clientSignInRoutes(parts)],
  overview: () => ({ links: [clientSignInsLink] }),
  securityCheck: clientSignInsCheck,
  sweeps: ({ clock, settings: { clientSignInsDays } }) => {
    const shownSince = () => daysBefore(clock, clientSignInsDays)
    return [
      { name: 'client sign-ins', run: (on, limit) => deleteOldSignIns(on, shownSince(), limit) },
      { name: 'password marks', run: (on, limit) => deleteOldMarks(on, shownSince(), limit) },
      {
        name: 'client tries',
        run: (on, limit) =>
          deleteOldTries(on, { wrong: dayBefore(clock), good: shownSince() }, limit),
      },
    ]
  },
  tables: ['client_sign_ins', 'client_password_marks'],
  life: () => ({
    recover: nothing('what happened is shown as before'),
    signOut: nothing('what happened is shown as before'),
    block: nothing('what happened is shown as before'),
    close: rows.delete,
    export: rows.export,
    rekey: noKeys,
  }),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<ClientSignInParts>
