// Fills in what development may leave out: the database and the keys come out of DATA_DIR.
import type { CompleteSettings } from './compose.ts'
import { features } from './features.ts'
import type { Feature, Stoppable } from './kit/feature.ts'
import { SettingsError } from './kit/settings/config.ts'
import type { Settings } from './settings.ts'

const all: readonly Pick<Feature<never>, 'name' | 'development'>[] = features

/**
 * @param started gets what is started here, so that the caller can stop it
 * @param database `own` for the portal itself; `borrowed` for commands beside a running portal
 */
export async function completeSettings(
  settings: Settings,
  started: Stoppable[],
  database: 'own' | 'borrowed',
): Promise<CompleteSettings> {
  const { databaseUrl, secretKeys, dataDir } = settings
  if (databaseUrl && secretKeys) return { ...settings, databaseUrl, secretKeys }
  const development = await all.find((feature) => feature.development)?.development?.()
  if (!development) throw new SettingsError(['DATABASE_URL and SECRET_KEYS are required'])
  const begun = databaseUrl ? undefined : await development.beginDatabase(dataDir, database)
  if (begun) started.push(begun)
  return {
    ...settings,
    databaseUrl: databaseUrl ?? begun?.url ?? '',
    secretKeys: secretKeys ?? (await development.secretKeys(dataDir)),
  }
}
