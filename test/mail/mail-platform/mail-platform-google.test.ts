import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { inspect } from 'node:util'
import { sha512Crypt } from '#server/accounts/password/sha512-crypt.ts'
import { createGooglePlatform } from '#server/mail/mail-platform/google/platform.ts'
import type { MailPlatform, ObservedMailbox } from '#server/mail/mail-platform/mail-platform.ts'
import { PlatformError } from '#server/mail/mail-platform/mail-platform.ts'
import { describeHostedPlatform } from '#test/contracts/hosted-platform.ts'
import { describeMailPlatform } from '#test/contracts/mail-platform.ts'
import { type FakeGoogle, startFakeGoogle } from '#test/support/mail-platform/fake-google.ts'
import { failsAs, wanting } from '#test/support/mail-platform/wanted-mailbox.ts'

const domain = 'postern.example'
const verifier = (seed: string) =>
  `$6$rounds=10000$saltsalt$${seed.replace(/[^a-z0-9]/g, '.').padEnd(86, '.')}`
const wantedFor = wanting(domain, verifier)

const platformOf = (
  { url, serviceAccount, administrator }: FakeGoogle,
  timeoutMs = 2000,
): MailPlatform =>
  createGooglePlatform({
    serviceAccount,
    administrator,
    apiBase: url,
    domains: [domain],
    timeoutMs,
    pageSize: 3,
    settleMs: [1, 1, 1],
  })

describeMailPlatform(
  'google',
  async () => {
    const google = await startFakeGoogle()
    return { platform: platformOf(google), stop: google.stop }
  },
  { passwordOf: verifier, holdsNoPassword: false },
)

describeHostedPlatform(
  'google',
  async () => {
    const fake = await startFakeGoogle()
    return { fake, connect: (timeoutMs) => platformOf(fake, timeoutMs), stop: fake.stop }
  },
  {
    passwordOf: verifier,
    create: /^POST .*\/users$/,
    change: /^PATCH /,
    failure: { error: { errors: [{ reason: 'backendError' }] } },
  },
)

describe('mailboxes at Google Workspace', () => {
  let google: FakeGoogle
  let platform: MailPlatform
  beforeEach(async () => {
    google = await startFakeGoogle()
    platform = platformOf(google)
  })
  afterEach(() => google.stop())

  const userAt = (address: string) =>
    [...google.users.values()].find((user) => user.primaryEmail === address)

  it('Google gets the verifier of a new password, once even if the call is repeated', async () => {
    const anna = wantedFor('anna', {
      password: await sha512Crypt('correct horse battery', 'abcdefgh', 10_000),
    })
    await platform.apply(anna)
    assert.deepEqual(userAt(anna.address)?.password, anna.password)
    assert.deepEqual(userAt(anna.address)?.hashFunction, 'crypt')
    await platform.apply(anna)
    const patches = google.calls.filter((call) => call.method === 'PATCH')
    assert.deepEqual(
      patches.map(({ body }) => Object.keys(body as object)),
      [['suspended', 'externalIds']],
    )
  })

  it('only a verifier is sent, since anything else would itself become the password', async () => {
    for (const password of [
      'hunter2 hunter2',
      '$argon2id$v=19$m=8,t=1,p=1$c2FsdA$aGFzaA',
      verifier('x').replace('10000', '10001'),
    ]) {
      await assert.rejects(platform.apply(wantedFor('boris', { password })), failsAs('permanent'))
    }
    assert.equal(google.users.size, 0)
  })

  it('users do not find one another in the address list of Google', async () => {
    const anna = wantedFor('anna')
    await platform.apply(anna)
    assert.equal(userAt(anna.address)?.includeInGlobalAddressList, false)
  })

  it('a Google user of somebody else is neither taken over nor removed', async () => {
    const theirs = wantedFor('clara')
    await platform.apply(theirs)
    await assert.rejects(
      platform.apply({ ...theirs, accountId: randomUUID() }),
      failsAs('permanent'),
    )
    await platform.remove({ accountId: randomUUID(), address: theirs.address })
    assert.equal((await platform.observe(theirs.address))?.accountId, theirs.accountId)
  })

  it('a user renamed in the Google console is found and gets the address back', async () => {
    const dmitri = wantedFor('dmitri')
    await platform.apply(dmitri)
    const user = userAt(dmitri.address)
    assert.ok(user)
    user.primaryEmail = `other@${domain}`
    await platform.apply({ ...dmitri, revision: 2 })
    assert.equal(google.users.size, 1)
    assert.deepEqual((await platform.observe(dmitri.address))?.aliases, [])
  })

  it('external ids that others keep at a Google user survive', async () => {
    const emma = wantedFor('emma')
    await platform.apply(emma)
    const staffId = { type: 'custom' as const, customType: 'payroll', value: '17' }
    userAt(emma.address)?.externalIds?.push(staffId)
    await platform.apply({ ...emma, revision: 2 })
    assert.ok(userAt(emma.address)?.externalIds?.some((each) => each.customType === 'payroll'))
  })

  it('a mailbox that Google does not show yet is not made twice', async () => {
    const fjodor = wantedFor('fjodor')
    google.lag(5)
    google.accident(/^POST .*\/users$/, { kind: 'lose-answer' })
    await assert.rejects(platform.apply(fjodor), failsAs('unknown'))
    assert.deepEqual(await platform.apply(fjodor), { kind: 'applied', revision: 1 })
    assert.equal(google.users.size, 1)
  })

  it('a Google user that never becomes visible is tried again later', async () => {
    const greta = wantedFor('greta')
    google.lag(100)
    google.accident(/^POST .*\/users$/, { kind: 'lose-answer' })
    await assert.rejects(platform.apply(greta), failsAs('unknown'))
    await assert.rejects(platform.apply(greta), failsAs('retry', 60))
  })

  it('an older revision does not win while reads of Google lag behind', async () => {
    const heinz = wantedFor('heinz')
    await platform.apply(heinz)
    await platform.apply({ ...heinz, revision: 3, suspension: 'all' })
    for (const id of userAt(heinz.address)?.externalIds ?? [])
      if (id.customType === 'postern-revision') id.value = '1'
    assert.deepEqual(await platform.apply({ ...heinz, revision: 2 }), {
      kind: 'superseded',
      revision: 3,
    })
  })

  it('a change without an answer of Google is read before it is repeated', async () => {
    const ivan = wantedFor('ivan')
    await platform.apply(ivan)
    google.accident(/^PATCH /, { kind: 'lose-answer' })
    const next = { ...ivan, revision: 2, password: verifier('ivan2') }
    await assert.rejects(platform.apply(next), failsAs('unknown'))
    assert.deepEqual(await platform.apply(next), { kind: 'applied', revision: 2 })
    assert.equal(userAt(ivan.address)?.password, next.password)
  })

  it('an alias without an answer of Google is not taken for somebody else’s', async () => {
    const jana = wantedFor('jana', { aliases: [`j@${domain}`] })
    google.accident(/^POST .*\/aliases$/, { kind: 'lose-answer' })
    await assert.rejects(platform.apply(jana), failsAs('unknown'))
    await platform.apply(jana)
    assert.deepEqual((await platform.observe(jana.address))?.aliases, jana.aliases)
  })

  it('Google’s limits, server faults and missing rights are told apart', async () => {
    const karl = wantedFor('karl')
    const reason = (status: number, text: string, headers = {}) =>
      ({
        kind: 'answer',
        answer: { status, headers, body: { error: { errors: [{ reason: text }] } } },
      }) as const
    const faults = [
      [reason(429, 'rateLimitExceeded', { 'retry-after': '7' }), failsAs('retry', 7)],
      [reason(403, 'userRateLimitExceeded'), failsAs('retry')],
      [reason(403, 'quotaExceeded'), failsAs('retry')],
      [reason(403, 'forbidden'), failsAs('permanent')],
      [reason(400, 'invalid'), failsAs('permanent')],
      [reason(503, 'backendError', { 'retry-after': '3' }), failsAs('retry', 3)],
      [reason(500, 'backendError'), failsAs('unknown')],
      [{ kind: 'drop' }, failsAs('unknown')],
    ] as const
    for (const [accident, expected] of faults) {
      google.accident(/^POST .*\/users$/, accident)
      await assert.rejects(platform.apply(karl), expected)
    }
    google.accident(/^GET /, { kind: 'drop' })
    await assert.rejects(platform.apply(karl), failsAs('retry'))
    assert.equal((await platform.apply(karl)).kind, 'applied')
  })

  it('no error contains the password', async () => {
    const max = wantedFor('max')
    google.accident(/^POST .*\/users$/, {
      kind: 'answer',
      answer: { status: 500, body: { error: 'x' } },
    })
    const error: unknown = await platform.apply(max).catch((cause: unknown) => cause)
    assert.ok(error instanceof PlatformError)
    assert.ok(!inspect(error, { depth: 20 }).includes(max.password ?? ''))
  })

  it('a key that Google refuses needs an operator', async () => {
    const other = platformOf({ ...google, administrator: 'nobody@postern.example' })
    await assert.rejects(other.observe(`anna@${domain}`), failsAs('permanent'))
  })

  it('Google users of other domains are not listed', async () => {
    await platform.apply(wantedFor('nina'))
    await platform.apply(wantedFor('olga', { address: 'olga@elsewhere.example' }))
    const listed: ObservedMailbox[] = []
    for await (const each of platform.list()) listed.push(each)
    assert.deepEqual(
      listed.map((each) => each.address),
      [`nina@${domain}`],
    )
  })

  it('a demand for app passwords alone fails at Google after all else is applied', async () => {
    const pavel = wantedFor('pavel')
    await platform.apply(pavel)
    const strict = {
      ...pavel,
      revision: 2,
      suspension: 'all',
      mainPasswordOpensMail: false,
    } as const
    await assert.rejects(platform.apply(strict), failsAs('permanent'))
    assert.equal((await platform.observe(pavel.address))?.suspension, 'all')
  })

  it('ending sessions signs a Google user out everywhere', async () => {
    const rita = wantedFor('rita')
    await platform.apply(rita)
    await platform.endSessions(rita.address)
    assert.deepEqual(google.signedOut, [rita.address])
  })
})
