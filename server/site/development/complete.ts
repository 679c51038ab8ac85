import type { Development } from '#server/kit/feature.ts'
import { borrowDevelopmentDatabase, startDevelopmentDatabase } from './database.ts'
import { developmentSecretKeys } from './secret-keys.ts'

export const development: Development = {
  beginDatabase: (dataDir, use) =>
    use === 'own' ? startDevelopmentDatabase(dataDir) : borrowDevelopmentDatabase(dataDir),
  secretKeys: developmentSecretKeys,
}
