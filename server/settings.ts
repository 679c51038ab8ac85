// Every setting of the portal. The variable is the key in capitals (`baseUrl` is BASE_URL).
import { features } from './features.ts'
import type { Feature } from './kit/feature.ts'
import { type Environment, parseSettings } from './kit/settings/config.ts'
import type { SettingRows, SettingsOf } from './kit/settings/setting-row.ts'

type Listed = (typeof features)[number]
type RowsOf<F> = F extends { readonly settings: infer Rows } ? Rows : never
type Joined<Union> = (Union extends unknown ? (rows: Union) => void : never) extends (
  rows: infer All,
) => void
  ? All
  : never

export type Settings = SettingsOf<Joined<RowsOf<Listed>>> & { readonly baseUrl: string }

const all: readonly Pick<Feature<never>, 'name' | 'settings' | 'settingRule'>[] = features

export const rows: SettingRows = Object.assign({}, ...all.map(({ settings }) => settings ?? {}))

/** @throws SettingsError that lists every fault */
export function readSettings(env: Environment): Settings {
  const rules = all.flatMap(({ settingRule }) => settingRule ?? [])
  const settings = parseSettings(env, rows, rules) as unknown as Settings
  return { ...settings, baseUrl: settings.baseUrl ?? `http://localhost:${settings.port}` }
}
