import type { AccountFeature } from '#server/accounts/feature.ts'
import { noKeys, nothing } from '#server/accounts/life/account-life.ts'
import { accountTables } from '#server/accounts/life/rows-store.ts'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { aliveSince, sessionTimesOf } from './session-store.ts'
import { sessionRows } from './settings.ts'
import { deleteDeadSessions, endSessions, forgetDevices } from './store.ts'

const rows = accountTables({
  sessions: ['device', 'place', 'signed_in_at', 'last_seen_at'],
  known_devices: ['first_seen_at', 'last_seen_at'],
})

export const sessionsFeature = {
  name: 'accounts/sessions',
  settings: sessionRows,
  sweeps: ({ clock, settings }) => [
    {
      name: 'sessions',
      run: (on, limit) =>
        deleteDeadSessions(on, aliveSince(clock, sessionTimesOf(settings)), limit),
    },
  ],
  tables: ['sessions', 'known_devices'],
  life: () => ({
    recover: async (trx, { accountId, by }) => {
      await endSessions(trx, accountId)
      if (by === 'recovery') await forgetDevices(trx, accountId)
    },
    signOut: nothing('the caller ends the sessions and counts them'),
    block: async (trx, { accountId, endsSessions, forgetsDevices }) => {
      if (endsSessions) await endSessions(trx, accountId)
      if (forgetsDevices) await forgetDevices(trx, accountId)
    },
    close: rows.delete,
    export: rows.export,
    rekey: noKeys,
  }),
} satisfies AccountFeature<AccountsParts>
