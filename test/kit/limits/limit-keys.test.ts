// All limits, and what their keys are made of.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it, test } from 'node:test'
import { reporterKey } from '#server/desk/reports/reporter-key.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { wideNetworkOf } from '#server/kit/limits/wide-network.ts'
import { writtenMessages } from '#test/support/recovery/by-hand.ts'
import { usePortal } from '#test/support/use-portal.ts'

const keys = {
  'account id': [
    'method-changes',
    'sms-account',
    'app-passwords-made',
    'password-changes',
    'staff-door',
  ],
  'account id and epoch': ['exports'],
  'account id, of one that was found': ['guessing-letters'],
  'our own address, as parseTypedLogin reads it': ['sign-in', 'sign-in-gate', 'sign-in-told'],
  'keysOf in recovery: our own address, or text that names nobody': [
    'recovery-answers',
    'recovery-failures',
  ],
  'the same and number as E.164': ['recovery-wrong-codes'],
  'account id and kind of contact': ['contact-doubted'],
  // The asker: a signed-in account, or in recovery a known browser, else name and networkOf.
  'asker and number as E.164': ['…-sms-day', '…-sms-wait', '…-sms-burst'],
  'asker and canonical address': ['recovery-mail-day', 'recovery-mail-burst'],
  'number as E.164': ['sms-number', 'sms-number-strangers', 'sms-wait', 'sms-burst'],
  'prefix of a number as E.164': ['sms-prefix'],
  'account id or canonical address': ['mail-burst', 'mail-day'],
  'reporterKey: canonical address': ['report-mails'],
  'networkOf: /32 or /64': [
    'sign-in-network',
    'registration',
    'recovery',
    'reports',
    'appeals',
    'drafts',
    'kept-letters',
    'words',
  ],
  'networkOf and look-alike key of an address of ours': ['registration-name'],
  'wideNetworkOf: /24 or /48': ['registration-wide'],
  constant: ['sms-total'],
  'random, once for each job': ['guessing-noted'],
} satisfies Record<string, readonly string[]>

test('every limit is in the list of what its key is made of', () => {
  const found = globSync('server/**/*.ts').flatMap((file) => {
    const text = readFileSync(file, 'utf8')
    return [...text.matchAll(/\blimit\(\s*(?:'([^']+)'|`([^`]+)`|(limitName))/g)].map(
      ([, plain, template, constant]) =>
        plain ??
        template?.replace(/\$\{\w+\}/g, '…') ??
        (constant && /limitName = '([^']+)'/.exec(text)?.[1]) ??
        file,
    )
  })
  assert.deepEqual([...new Set(found)].sort(), Object.values(keys).flat().sort())
})

test("all spellings of a reporter's address have one key", () => {
  const one = [
    'anna@gmail.com',
    'An.Na+1@GMAIL.com',
    'anna+x+y@googlemail.com',
    ' ANNA@gmail.com. ',
  ]
  assert.deepEqual(new Set(one.map(reporterKey)), new Set(['anna@gmail.com']))
  assert.equal(reporterKey('Żaneta+tag@Elsewhere.Example'), reporterKey('żaneta@elsewhere.example'))
  assert.notEqual(reporterKey('anna@gmail.com'), reporterKey('anna@elsewhere.example'))
  assert.equal(reporterKey(''), '')
})

test('the wide network of an IPv4 address is its /24, and of a /64 its /48', () => {
  assert.equal(wideNetworkOf('192.0.2.77'), '192.0.2.0/24')
  assert.equal(wideNetworkOf('2001:db8:0:77::/64'), '2001:db8:0::/48')
  assert.notEqual(wideNetworkOf('192.0.3.1'), wideNetworkOf('192.0.2.1'))
  assert.equal(wideNetworkOf('unknown'), 'unknown')
})

describe('limits by network and reporter', () => {
  const portal = usePortal({
    freshLimits: true,
    worker: false,
    env: { LIMIT_REGISTRATIONS_PER_IP_HOUR: '2', LIMIT_REGISTRATIONS_PER_WIDE_NETWORK_HOUR: '5' },
  })

  it('one reporter gets a limited number of mails a day, whatever tags they add', async () => {
    const allowed = portal.settings.limitReportMailsPerAddressDay
    for (let nth = 0; nth < 30; nth += 1)
      await takeReport(portal.parts.desk, {
        channel: 'form',
        kind: 'spam',
        how: 'none',
        source: null,
        sender: 'x@postern.example',
        note: '',
        reporter: `o.ne+${nth}@gmail.com`,
        locale: 'en',
        network: '192.0.2.1',
        acknowledge: true,
      })
    const mails = (await writtenMessages(portal.db, portal.keyring)).filter(
      ({ name }) => name === 'report-received',
    )
    assert.equal(mails.length, allowed)
    assert.equal((await portal.db('abuse_reports').distinct('reporter_digest')).length, 1)
  })

  const register = async (login: string, ip: string) =>
    (
      await portal
        .visitor()
        .post(
          '/register',
          { login, password: 'бусел ляціць над вёскай' },
          { headers: { 'x-forwarded-for': ip } },
        )
    ).status
  const counted = async (key: string) =>
    (await portal.db('rate_limits').where({ key }).first('points'))?.points as number | undefined

  it('registrations of a /24 and a /48 are limited, from however many addresses', async () => {
    for (const [name, ipOf] of [
      ['four', (nth: number) => `198.51.100.${nth}`],
      ['six', (nth: number) => `2001:db8:7:${nth}::1`],
    ] as const) {
      const all = await Promise.all(
        Array.from({ length: 12 }, (_, nth) => register(`wide${name}n${nth}q`, ipOf(nth))),
      )
      assert.equal(all.filter((status) => status === 303).length, 5, name)
      assert.equal(all.filter((status) => status === 429).length, 7, name)
    }
    assert.equal(await register('elsewhereq', '198.51.101.1'), 303)
    const brakes = portal.logged.filter((line) => line.includes('"brake":"registration"'))
    assert.equal(brakes.length, 1, 'one line for all of ten minutes')
  })

  it('a full network takes nothing from its neighbours', async () => {
    for (let nth = 0; nth < 6; nth += 1) await register(`full${nth}w`, '203.0.113.1')
    assert.equal(await counted('registration-wide:203.0.113.0/24'), 2)
    for (let nth = 0; nth < 3; nth += 1) await register(`rest${nth}w`, `203.0.113.${10 + nth}`)
    assert.equal(await register('late0w', '203.0.113.20'), 429)
    assert.equal(await counted('registration:203.0.113.20'), 0)
  })
})
