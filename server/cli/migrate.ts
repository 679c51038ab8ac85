import { migrateDatabase } from '#db/migrate.ts'
import { type Command, done } from '#server/kit/commands/command.ts'
import { recordActivity } from '../accounts/activity/store.ts'
import type { PortalParts } from '../portal-parts.ts'

export const migrateCommand: Command<PortalParts> = {
  words: ['migrate'],
  summary: 'Brings the database up to date. `npm start` does the same by itself.',
  async run({ settings, parts }) {
    const names = await migrateDatabase(settings.databaseUrl)
    if (names.length === 0) return done({ migrated: [] }, 'The database is up to date.')
    const { db, keyring, clock } = await parts()
    const entry = {
      accountId: null,
      event: 'portal.migrated',
      details: { count: names.length },
      at: clock.now(),
    } as const
    await db.transaction((trx) => recordActivity(trx, keyring, entry))
    return done({ migrated: names }, `Migrated:\n${names.map((name) => `  ${name}`).join('\n')}`)
  },
}
