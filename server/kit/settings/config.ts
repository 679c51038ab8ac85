// The only reader of process.env.
import { readFileSync } from 'node:fs'
import { type AnyRow, type SettingRows, variableOf } from './setting-row.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
    const lines = faults.map((each) => `  - ${each}`)
    super(`The settings have ${count}:\n${lines.join('\n')}`)
    this.faults = faults
  }
}

function readText(
  variable: string,
  row: AnyRow,
  env: Environment,
  faults: string[],
): string | undefined {
  const given = env[variable]
  const file = row.secret ? env[`${variable}_FILE`] : undefined
  if (given && file) faults.push(`${variable} and ${variable}_FILE are both set`)
  if (given) return given
  if (!file) return undefined
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    faults.push(`${variable}_FILE: ${file} cannot be read`)
    return undefined
  }
}

/** Says which settings contradict each other. A value that is itself faulty is absent. */
export type SettingRule = (
  settings: Readonly<Record<string, unknown>>,
  isProduction: boolean,
) => readonly string[]

/** @throws SettingsError that lists every fault */
export function parseSettings(
  env: Environment,
  rows: SettingRows,
  rules: readonly SettingRule[],
): Record<string, unknown> {
  const faults: string[] = []
  const missing: string[] = []
  const values: Record<string, unknown> = {}
  for (const [key, row] of Object.entries(rows)) {
    const text = readText(variableOf(key), row, env, faults)
    if (text === undefined && row.production) missing.push(key)
    const raw = text ?? row.fallback
    if (raw === undefined) continue
    const parsed = row.kind.parse(raw)
    if (parsed.ok) values[key] = parsed.value
    else faults.push(`${variableOf(key)} ${parsed.fault}`)
  }
  const isProduction = values.portalEnv === 'production'
  for (const rule of rules) faults.push(...rule(values, isProduction))
  if (isProduction)
    faults.push(...missing.map((key) => `${variableOf(key)} is required in production`))
  if (faults.length > 0) throw new SettingsError(faults)
  return values
}

export const processEnvironment = (): Environment => process.env

/** Lets all processors hash (docs/decisions/0002). Call it first: libuv reads this only once. */
export const widenThreadPool = (processors: number): void => {
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, processors + 2))
}
