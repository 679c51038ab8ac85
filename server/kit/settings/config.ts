// The only reader of process.env: parsed once, every fault listed.
import { readFileSync } from 'node:fs'
import { parsePhoneCountry } from '#server/core/identifiers/phone-country.ts'
import { parseSigningPair } from '#server/core/keys/signing-pair.ts'
import {
  type HostedPlatformName,
  neededSettings,
  openedByMainPassword,
} from '#server/mail/mail-platform/choose-hosted.ts'
import type { Row } from './setting-row.ts'
import { type RawSettings, rows, variableOf } from './settings.ts'

export type Settings = RawSettings & { readonly baseUrl: string }
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

// A key that people type from memory, repeat or copy from a guide protects nothing.
const isWeakKey = (key: string) =>
  key.length < 32 || new Set(key).size < 12 || /change.?me|example|secret.?key/i.test(key)

const productionFaults = (settings: RawSettings, given: ReadonlySet<string>): string[] => {
  const faults: string[] = []
  for (const [key, row] of Object.entries(rows)) {
    if ('production' in row && row.production && !given.has(key))
      faults.push(`${variableOf(key)} is required in production`)
  }
  if (settings.baseUrl && !settings.baseUrl.startsWith('https:'))
    faults.push('BASE_URL must be https in production')
  if (settings.mailPlatform === 'memory')
    faults.push('MAIL_PLATFORM memory forgets every mailbox: not for production')
  if (settings.twilioAccountSid && !settings.twilioFrom && !settings.twilioMessagingServiceSid) {
    faults.push('TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID is required in production')
  }
  return faults
}

const isTimeZone = (name: string) =>
  name === 'UTC' || Intl.supportedValuesOf('timeZone').includes(name)

const platformFaults = (settings: Partial<RawSettings>): string[] => {
  const name = settings.mailPlatform
  const needed = name && name in neededSettings ? neededSettings[name as HostedPlatformName] : []
  const missing = needed.filter((key) => settings[key] === undefined)
  const faults = missing.map((key) => `${variableOf(key)} is required by MAIL_PLATFORM ${name}`)
  if (name && settings.appPasswordsOnly && openedByMainPassword.includes(name))
    faults.push(`APP_PASSWORDS_ONLY cannot be on with MAIL_PLATFORM ${name}`)
  return faults
}

// Values that had a fault of their own are absent here.
const crossFaults = (settings: Partial<RawSettings>): string[] => {
  const faults: string[] = []
  if ((settings.quotaBytes ?? 0) > (settings.quotaMaxBytes ?? Number.POSITIVE_INFINITY))
    faults.push('QUOTA_MAX_BYTES is smaller than QUOTA_BYTES')
  if (settings.authPolicyPort !== undefined && !settings.signInReportToken)
    faults.push('SIGN_IN_REPORT_TOKEN is required by AUTH_POLICY_PORT')
  for (const key of settings.secretKeys ?? []) {
    if (isWeakKey(key))
      faults.push('SECRET_KEYS holds a weak key: each needs 32 or more random characters')
  }
  if (settings.defaultCountry && !parsePhoneCountry(settings.defaultCountry))
    faults.push(`DEFAULT_COUNTRY ${settings.defaultCountry} is not a country`)
  for (const country of settings.smsCountries ?? [])
    if (!parsePhoneCountry(country)) faults.push(`SMS_COUNTRIES ${country} is not a country`)
  if (settings.timeZone && !isTimeZone(settings.timeZone)) {
    faults.push(`TIME_ZONE ${settings.timeZone} is not a time zone`)
  }
  faults.push(...platformFaults(settings))
  faults.push(...profileFaults(settings))
  return faults
}

function profileFaults({ profileCertificate, profileKey }: Partial<RawSettings>): string[] {
  if (!profileCertificate && !profileKey) return []
  if (!profileCertificate || !profileKey) {
    return [
      'PROFILE_CERTIFICATE and PROFILE_KEY sign Apple profiles together: one of them is missing',
    ]
  }
  const pair = parseSigningPair(profileCertificate, profileKey)
  return pair.kind === 'ok'
    ? []
    : [`PROFILE_CERTIFICATE and PROFILE_KEY do not sign together: ${pair.reason}`]
}

/**
 * Reads every setting of `settings.ts` from `env`.
 * @throws SettingsError that lists every fault
 */
export function readSettings(env: Environment): Settings {
  const faults: string[] = []
  const given = new Set<string>()
  const values: Record<string, unknown> = {}
  for (const [key, row] of Object.entries(rows) as [string, AnyRow][]) {
    const text = readText(variableOf(key), row, env, faults)
    if (text !== undefined) given.add(key)
    const raw = text ?? row.fallback
    if (raw === undefined) continue
    const parsed = row.kind.parse(raw)
    if (parsed.ok) values[key] = parsed.value
    else faults.push(`${variableOf(key)} ${parsed.fault}`)
  }
  const settings = values as unknown as RawSettings
  faults.push(...crossFaults(settings))
  if (settings.portalEnv === 'production') faults.push(...productionFaults(settings, given))
  if (faults.length > 0) throw new SettingsError(faults)
  return { ...settings, baseUrl: settings.baseUrl ?? `http://localhost:${settings.port}` }
}

export const processEnvironment = (): Environment => process.env

/**
 * Makes room in libuv's pool for a hash on every processor and two others (docs/decisions/0002), unless the operator has
 * said how much. To be called before anything uses the pool: it is made at its first use and never grows.
 */
export const widenThreadPool = (processors: number): void => {
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, processors + 2))
}
