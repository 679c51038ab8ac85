import { migrateDatabase } from '#db/migrate.ts'
import { seed } from '#server/cli/seed-people.ts'
import { type Command, done, refused } from './command.ts'

export const seedCommand: Command = {
  words: ['seed'],
  summary:
    'Fills a development portal with a few people to try things with. Repeating it adds nothing.',
  async run({ settings, portal }) {
    if (settings.portalEnv !== 'development')
      return refused('production', 'Made-up people belong to development only.')
    await migrateDatabase(settings.databaseUrl)
    const people = await seed(await portal(), settings)
    const lines = people.map(
      ({ login, password, what }) => `  ${login}  ${password}\n      ${what}`,
    )
    return done({ people }, `People to sign in as:\n${lines.join('\n')}`)
  },
}
