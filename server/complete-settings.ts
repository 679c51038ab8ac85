// Fills in what development may leave out: the database and the keys come out of DATA_DIR.
import type { CompleteSettings } from './compose.ts'
import type { Settings } from './settings.ts'

export interface Stoppable {
  stop(): Promise<void>
}

/**
 * @param started what was started on the way is added, to be stopped in the end
 * @param database `own` for the portal itself; `borrowed` for commands beside a running portal
 */
export async function completeSettings(
  settings: Settings,
  started: Stoppable[],
  database: 'own' | 'borrowed',
): Promise<CompleteSettings> {
  const { databaseUrl, secretKeys, dataDir } = settings
  if (databaseUrl && secretKeys) return { ...settings, databaseUrl, secretKeys }
  const { borrowDevelopmentDatabase, startDevelopmentDatabase } = await import(
    './site/development/database.ts'
  )
  const { developmentSecretKeys } = await import('./site/development/secret-keys.ts')
  const begin = database === 'own' ? startDevelopmentDatabase : borrowDevelopmentDatabase
  const begun = databaseUrl ? undefined : await begin(dataDir)
  if (begun) started.push(begun)
  return {
    ...settings,
    databaseUrl: databaseUrl ?? begun?.url ?? '',
    secretKeys: secretKeys ?? (await developmentSecretKeys(dataDir)),
  }
}
