import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { configurationPage } from '#server/cli/config.ts'
import { SettingsError } from '#server/kit/settings/config.ts'
import { readSettings } from '#server/settings.ts'

const production = {
  PORTAL_ENV: 'production',
  BASE_URL: 'https://account.example.by',
  DATABASE_URL: 'postgres://portal:pw@db/portal',
  SECRET_KEYS: 'Zk3v9QxT7mW2pL8rN4cY6bH1dF5gJ0sA',
  MAIL_DOMAINS: 'example.by',
  SMTP_URL: 'smtp://relay',
  MAIL_FROM: 'Mail <no-reply@example.by>',
  TWILIO_ACCOUNT_SID: 'AC00000000000000000000000000000000',
  TWILIO_AUTH_TOKEN: 'token',
  TWILIO_FROM: '+15005550006',
}

const faultsOf = (env: Record<string, string>) => {
  try {
    readSettings(env)
    return []
  } catch (fault) {
    assert.ok(fault instanceof SettingsError)
    return fault.faults
  }
}

test('docs/configuration.md lists all settings as they are', async () => {
  const page = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')
  assert.equal(
    page.trim(),
    configurationPage().trim(),
    'write it again: npm run -s portal -- config --markdown > docs/configuration.md',
  )
})

test('development needs no settings, and production starts with the required ones', () => {
  assert.equal(readSettings({}).baseUrl, 'http://localhost:3000')
  assert.deepEqual(faultsOf(production), [])
})

test('all faults of the settings are listed at once', () => {
  const faults = faultsOf({
    PORTAL_ENV: 'production',
    PORT: 'eighty',
    BASE_URL: 'http://account.example.by',
    SECRET_KEYS: 'changeme',
    CODE_MINUTES: '-1',
    MAIL_DOMAINS: 'example.by,no domain',
    DEFAULT_COUNTRY: 'XX',
    MAIL_PLATFORM: 'memory',
  }).join('\n')
  for (const name of [
    'PORT',
    'BASE_URL',
    'SECRET_KEYS',
    'CODE_MINUTES',
    'MAIL_DOMAINS',
    'DEFAULT_COUNTRY',
    'MAIL_PLATFORM',
    'DATABASE_URL',
  ]) {
    assert.match(faults, new RegExp(name), name)
  }
})

test('production has no default for secrets, database, base URL and mail', () => {
  for (const name of ['SECRET_KEYS', 'DATABASE_URL', 'SMTP_URL', 'TWILIO_AUTH_TOKEN', 'BASE_URL']) {
    const { [name]: _left, ...rest } = production as Record<string, string>
    assert.deepEqual(faultsOf(rest), [`${name} is required in production`])
  }
})

test('a secret may come from a file, but not also from its variable', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-secret-'))
  const file = join(folder, 'keys')
  await writeFile(file, `${production.SECRET_KEYS}\n`)
  const { SECRET_KEYS: _keys, ...rest } = production
  assert.deepEqual(readSettings({ ...rest, SECRET_KEYS_FILE: file }).secretKeys, [
    production.SECRET_KEYS,
  ])
  assert.match(faultsOf({ ...production, SECRET_KEYS_FILE: file }).join(), /both set/)
  assert.match(
    faultsOf({ ...rest, SECRET_KEYS_FILE: join(folder, 'none') }).join(),
    /cannot be read/,
  )
  await rm(folder, { recursive: true })
})

test('times in the settings may be fractions', () => {
  assert.equal(readSettings({ CODE_MINUTES: '0.05' }).codeMinutes, 0.05)
})

test('lives, lengths, tries and hash costs have safe defaults', () => {
  const safe = {
    argon2MemoryKib: 19_456,
    argon2Passes: 2,
    passwordMin: 12,
    securityQuestion: 'direct',
    sessionIdleMinutes: 60,
    sessionMaxHours: 12,
    codeMinutes: 10,
    linkMinutes: 60,
    undoDays: 7,
    limitCodeTries: 5,
    limitWrongCodesPerDay: 10,
    limitAnswersPerDay: 3,
    limitAnswersLifetime: 10,
    limitSmsWaitSeconds: 60,
    limitSmsPerNumberDay: 6,
    limitResetMailsPerDay: 10,
    probationHours: 72,
    metricsHost: '127.0.0.1',
    abuseLmtpHost: '127.0.0.1',
  }
  const settings = readSettings(production)
  const found = Object.fromEntries(
    Object.keys(safe).map((key) => [key, settings[key as keyof typeof settings]]),
  )
  assert.deepEqual(found, safe)
})
