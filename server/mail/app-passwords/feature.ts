import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountRows } from '#server/accounts/life/rows-store.ts'
import { daysBefore } from '#server/core/clock.ts'
import type { MailParts } from '#server/mail/parts.ts'
import { holdAppPasswords, revokeAll } from './change-app-passwords.ts'
import { appPasswordsOverview } from './overview.ts'
import { appPasswordRoutes } from './routes.ts'
import { appPasswordsCheck } from './security-check.ts'
import { appPasswordRows } from './settings.ts'
import { deleteRevokedAppPasswords } from './store.ts'
import texts from './texts.json' with { type: 'json' }

const rows = accountRows('app_passwords', [
  'name',
  'services',
  'created_at',
  'held_at',
  'revoked_at',
  'last_used_at',
  'last_used_service',
  'last_used_place',
])

export const appPasswordsFeature = {
  name: 'mail/app-passwords',
  texts,
  settings: appPasswordRows,
  events: () => import('./events.ts'),
  routes: (parts) => [appPasswordRoutes(parts)],
  overview: appPasswordsOverview,
  securityCheck: appPasswordsCheck,
  sweeps: ({ clock, settings: { clientSignInsDays } }) => [
    {
      name: 'app passwords',
      run: (on, limit) =>
        deleteRevokedAppPasswords(on, daysBefore(clock, clientSignInsDays), limit),
    },
  ],
  tables: ['app_passwords'],
  life: ({ keyring }) => ({
    recover: async (trx, { accountId, at, by }) => {
      if (by === 'recovery') await holdAppPasswords(trx, { keyring }, { accountId, at })
    },
    signOut: nothing('an app password that its owner made stays'),
    block: async (trx, { accountId, at, revokesAppPasswords }) => {
      if (revokesAppPasswords) await revokeAll(trx, { keyring }, { accountId, at })
    },
    close: rows.delete,
    export: rows.export,
    rekey: noKeys,
  }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<MailParts>
