import { migrateDatabase } from '#db/migrate.ts'
import { seed } from '#server/cli/seed-people.ts'
import { type Command, done, refused } from '#server/kit/commands/command.ts'
import type { PortalParts } from '../portal-parts.ts'

export const seedCommand: Command<PortalParts> = {
  words: ['seed'],
  summary:
    'Fills a development portal with a few people to try things with. Repeating it adds nothing.',
  async run({ settings, parts }) {
    if (settings.portalEnv !== 'development')
      return refused('production', 'Made-up people belong to development only.')
    await migrateDatabase(settings.databaseUrl)
    const people = await seed(await parts())
    const lines = people.map(
      ({ login, password, what }) => `  ${login}  ${password}\n      ${what}`,
    )
    return done({ people }, `People to sign in as:\n${lines.join('\n')}`)
  },
}
