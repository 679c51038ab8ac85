// The only reader of process.env: parsed once, every fault listed.
import { readFileSync } from 'node:fs'
import { type Row, type SettingRows, variableOf } from './setting-row.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Thrown with every fault at once, so that an operator mends them in one go. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(
      `The settings have ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((each) => `  - ${each}`).join('\n')}`,
    )
    this.faults = faults
  }
}

type AnyRow = Row<unknown, string | undefined>

const readText = (
  variable: string,
  row: AnyRow,
  env: Environment,
  faults: string[],
): string | undefined => {
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

/** Names what cannot stand together. Values that had a fault of their own are absent. */
export type SettingRule = (
  settings: Readonly<Record<string, unknown>>,
  isProduction: boolean,
) => readonly string[]

/**
 * @param rules what the features demand beyond the kind of each value
 * @throws SettingsError that lists every fault
 */
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

/**
 * Makes room in libuv's pool for a hash on every processor and two others (docs/decisions/0002), unless the operator has
 * said how much. To be called before anything uses the pool: it is made at its first use and never grows.
 */
export const widenThreadPool = (processors: number): void => {
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, processors + 2))
}
