import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { WantedMailbox } from '#server/mail-platform/mail-platform.ts'
import { PlatformError } from '#server/mail-platform/mail-platform.ts'
import { createMailcowPlatform, type MailcowPlatform } from '#server/mail-platform/mailcow/platform.ts'
import { describeMailPlatform } from './contracts/mail-platform.ts'
import { type FakeMailcow, startFakeMailcow } from './support/fake-mailcow.ts'

const domain = 'postern.example'
const second = 'second.example'
const passwordOf = (seed: string) =>
  `$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$${Buffer.from(seed.padEnd(32, '.')).toString('base64url')}`
let now = new Date('2026-11-22T12:00:00Z')

const platformOf = ({ url, apiKey }: FakeMailcow, change: { timeoutMs?: number; apiKey?: string } = {}) =>
  createMailcowPlatform({
    url,
    apiKey,
    domains: [domain, second],
    clock: { now: () => now },
    timeoutMs: 2000,
    ...change,
  })

describeMailPlatform(
  'mailcow',
  async () => {
    const mailcow = await startFakeMailcow([domain, second])
    return { platform: platformOf(mailcow), stop: mailcow.stop }
  },
  { passwordOf, holdsNoPassword: false },
)

describe('mailboxes at mailcow', () => {
  let mailcow: FakeMailcow
  let platform: MailcowPlatform
  beforeEach(async () => {
    now = new Date('2026-11-22T12:00:00Z')
    mailcow = await startFakeMailcow([domain, second])
    platform = platformOf(mailcow)
  })
  afterEach(() => mailcow.stop())

  const wantedFor = (login: string, change: Partial<WantedMailbox> = {}): WantedMailbox => ({
    accountId: randomUUID(),
    address: `${login}@${domain}`,
    revision: 1,
    password: passwordOf(login),
    suspension: 'none',
    suspensionReason: null,
    quotaBytes: 1_073_741_824,
    mainPasswordOpensMail: true,
    aliases: [],
    ...change,
  })
  const failsAs = (kind: PlatformError['kind'], retryAfterSeconds?: number) => (error: unknown) => {
    assert.ok(error instanceof PlatformError, String(error))
    assert.deepEqual([error.kind, error.retryAfterSeconds], [kind, retryAfterSeconds])
    return true
  }

  it('the verifier is stored as it is, its parameters in the order that PHP reads', async () => {
    const anna = wantedFor('anna', { password: passwordOf('anna').replace('t=2,p=1', 'p=1,t=2') })
    await platform.apply(anna)
    assert.equal(mailcow.mailboxes.get(anna.address)?.password, `{ARGON2ID}${passwordOf('anna')}`)
    await platform.apply({ ...anna, revision: 2, password: null })
    assert.equal(mailcow.mailboxes.get(anna.address)?.password, `{ARGON2ID}${passwordOf('anna')}`)
  })

  it('whatever is not such a verifier is never sent, or it would itself become the password', async () => {
    for (const password of ['Hunter2 hunter2', '{PLAIN}Hunter2', '$6$salt$hash', `${passwordOf('x')} `]) {
      await assert.rejects(platform.apply(wantedFor('boris', { password })), failsAs('permanent'))
    }
    assert.equal(mailcow.mailboxes.size, 0)
  })

  it('a suspended mailbox is shut on every way in, also where only sending was meant', async () => {
    const clara = wantedFor('clara')
    const actives: unknown[] = []
    for (const [index, suspension] of (['none', 'send', 'login', 'all', 'none'] as const).entries()) {
      await platform.apply({ ...clara, revision: index + 1, suspension })
      actives.push(mailcow.mailboxes.get(clara.address)?.active)
    }
    assert.deepEqual(actives, [1, 2, 2, 0, 1])
  })

  it('where app passwords alone open mail, the main password opens neither mail programs nor webmail', async () => {
    const dmitri = wantedFor('dmitri')
    await platform.apply(dmitri)
    await platform.apply({ ...dmitri, revision: 2, mainPasswordOpensMail: false })
    assert.deepEqual(mailcow.mailboxes.get(dmitri.address)?.protocols, [])
    assert.equal((await platform.observe(dmitri.address))?.mainPasswordOpensMail, false)
    await platform.apply({ ...dmitri, revision: 3 })
    assert.equal((await platform.observe(dmitri.address))?.mainPasswordOpensMail, true)
  })

  it('sizes are told in MiB and read in bytes, and a part of a MiB counts as one', async () => {
    const emma = wantedFor('emma', { quotaBytes: 1_048_577 })
    await platform.apply(emma)
    assert.equal(mailcow.mailboxes.get(emma.address)?.quota, 2)
    assert.equal((await platform.observe(emma.address))?.quotaBytes, 2_097_152)
  })

  it('a refusal that comes with status 200 is a refusal', async () => {
    mailcow.maxQuota(512)
    await assert.rejects(platform.apply(wantedFor('fjodor')), (error: Error) => {
      assert.match(error.message, /mailbox_quota_exceeded/)
      return failsAs('permanent')(error)
    })
    await assert.rejects(platform.apply(wantedFor('fjodor', { address: 'f@third.example' })), failsAs('permanent'))
  })

  it('a fault of one of its parts that passes is tried again', async () => {
    const body = [{ type: 'danger', log: [], msg: ['redis_error', 'read error on connection'] }]
    mailcow.accident(/add\/mailbox/, { kind: 'answer', answer: { body } })
    await assert.rejects(platform.apply(wantedFor('greta')), failsAs('retry'))
  })

  it('every step that got no answer is found done by the next call', async () => {
    for (const step of ['add/mailbox', 'edit/mailbox/custom-attribute', 'edit/mailbox', 'add/alias', 'delete/alias']) {
      const login = step.replaceAll('/', '.')
      const heinz = wantedFor(login, { aliases: [`${login}.a@${domain}`] })
      const next = { ...heinz, revision: 2, aliases: [`${login}.b@${domain}`], password: passwordOf('next') }
      mailcow.accident(new RegExp(`${step}$`), { kind: 'lose-answer' })
      await assert.rejects(
        platform.apply(heinz).then(() => platform.apply(next)),
        failsAs('unknown'),
      )
      await platform.apply(heinz)
      assert.deepEqual(await platform.apply(next), { kind: 'applied', revision: 2 })
      const seen = await platform.observe(heinz.address)
      assert.deepEqual([seen?.revision, seen?.aliases], [2, next.aliases])
      assert.equal(mailcow.mailboxes.get(heinz.address)?.password, `{ARGON2ID}${next.password}`)
    }
    assert.equal(mailcow.mailboxes.size, 5)
  })

  it('an older call that comes after a newer one stopped half-way finds that it is late', async () => {
    const ivan = wantedFor('ivan')
    await platform.apply(ivan)
    mailcow.accident(/edit\/mailbox$/, { kind: 'drop' })
    const newest = { ...ivan, revision: 3, suspension: 'all' } as const
    await assert.rejects(platform.apply(newest), failsAs('unknown'))
    // Another process, which remembers nothing.
    const other = platformOf(mailcow)
    assert.deepEqual(await other.apply({ ...ivan, revision: 2 }), { kind: 'superseded', revision: 3 })
    await other.apply(newest)
    assert.equal(mailcow.mailboxes.get(ivan.address)?.active, 0)
  })

  it('a mailbox that an operator made is neither taken over nor removed', async () => {
    const theirs = wantedFor('jana')
    await platform.apply(theirs)
    const mailbox = mailcow.mailboxes.get(theirs.address)
    assert.ok(mailbox)
    mailbox.tags = ['staff']
    await assert.rejects(platform.apply(theirs), failsAs('permanent'))
    await platform.remove(theirs)
    assert.equal(mailcow.mailboxes.get(theirs.address)?.active, 1)
  })

  it('a mailbox that was renamed by hand is not made a second time', async () => {
    const karl = wantedFor('karl')
    await platform.apply(karl)
    const mailbox = mailcow.mailboxes.get(karl.address)
    assert.ok(mailbox)
    mailcow.mailboxes.delete(karl.address)
    mailcow.mailboxes.set(`carl@${domain}`, { ...mailbox, username: `carl@${domain}` })
    await assert.rejects(platform.apply({ ...karl, revision: 2 }), failsAs('permanent'))
    assert.equal(mailcow.mailboxes.size, 1)
  })

  it('attributes that an operator keeps at a mailbox survive', async () => {
    const lena = wantedFor('lena')
    await platform.apply(lena)
    const mailbox = mailcow.mailboxes.get(lena.address)
    assert.ok(mailbox)
    mailbox.custom = { ...mailbox.custom, title: 'Head of Post' }
    await platform.apply({ ...lena, revision: 2 })
    assert.equal(mailcow.mailboxes.get(lena.address)?.custom.title, 'Head of Post')
  })

  it('aliases may lie in another served domain, and lists of several recipients are left alone', async () => {
    const max = wantedFor('max', { aliases: [`max@${second}`] })
    mailcow.aliases.push({ id: 99, address: `team@${domain}`, goto: `max@${domain},anna@${domain}`, domain })
    await platform.apply(max)
    assert.deepEqual((await platform.observe(max.address))?.aliases, max.aliases)
    await platform.apply({ ...max, revision: 2, aliases: [] })
    assert.deepEqual(
      mailcow.aliases.map((each) => each.id),
      [99],
    )
  })

  it('a removed mailbox is shut and kept, and deleted only when its quarantine is over', async () => {
    const nina = wantedFor('nina', { aliases: [`n@${domain}`] })
    await platform.apply(nina)
    await platform.remove(nina)
    assert.deepEqual([mailcow.mailboxes.get(nina.address)?.active, mailcow.aliases], [0, []])
    now = new Date('2026-12-21T12:00:00Z')
    assert.equal(await platform.purge(), 0)
    now = new Date('2026-12-22T12:00:00Z')
    assert.equal(await platform.purge(), 1)
    assert.equal(mailcow.mailboxes.size, 0)
  })

  it('"slow down", faults of the server, pages in place of data and missing rights are told apart', async () => {
    const olga = wantedFor('olga')
    const answer = (status: number, headers = {}, body: unknown = { type: 'error', msg: 'no' }) =>
      ({ kind: 'answer', answer: { status, headers, body } }) as const
    const faults = [
      [answer(429, { 'retry-after': '7' }), failsAs('retry', 7)],
      [answer(503), failsAs('retry')],
      [answer(502), failsAs('unknown')],
      [answer(403), failsAs('permanent')],
      [answer(200, {}, '<html>Preparing</html>'), failsAs('unknown')],
      [answer(200, {}, []), failsAs('unknown')],
      [{ kind: 'drop' }, failsAs('unknown')],
    ] as const
    for (const [accident, expected] of faults) {
      mailcow.accident(/add\/mailbox/, accident)
      await assert.rejects(platform.apply(olga), expected)
    }
    mailcow.accident(/get\/mailbox/, answer(200, {}, '<html>Preparing</html>'))
    await assert.rejects(platform.apply(olga), failsAs('retry'))
    assert.equal((await platform.apply(olga)).kind, 'applied')
  })

  it('a call that is slow on its way does not land after a newer one', async () => {
    const vera = wantedFor('vera')
    await platform.apply(vera)
    mailcow.accident(/custom-attribute$/, { kind: 'slow', milliseconds: 60 })
    const older = platform.apply({ ...vera, revision: 2 })
    await Promise.all([older, platform.apply({ ...vera, revision: 3, suspension: 'all' })])
    const seen = await platform.observe(vera.address)
    assert.deepEqual([seen?.revision, seen?.suspension], [3, 'all'])
  })

  it('a call of before the removal is late for a process that remembers nothing, too', async () => {
    const walter = wantedFor('walter')
    await platform.apply(walter)
    await platform.remove(walter)
    assert.deepEqual(await platformOf(mailcow).apply(walter), { kind: 'superseded', revision: 1 })
  })

  it('an alias that is somebody else’s mailbox is refused before anything changes', async () => {
    const [xenia, yuri] = [wantedFor('xenia'), wantedFor('yuri')]
    await platform.apply(xenia)
    await platform.apply(yuri)
    await assert.rejects(platform.apply({ ...yuri, revision: 2, aliases: [xenia.address] }), failsAs('permanent'))
    assert.equal((await platform.observe(yuri.address))?.revision, 1)
  })

  it('a platform that is too slow is given up, and the outcome is unknown', async () => {
    mailcow.accident(/add\/mailbox/, { kind: 'slow', milliseconds: 300 })
    await assert.rejects(platformOf(mailcow, { timeoutMs: 100 }).apply(wantedFor('pavel')), failsAs('unknown'))
  })

  it('a key that mailcow does not know is for an operator to look at', async () => {
    await assert.rejects(platformOf(mailcow, { apiKey: 'x' }).observe(`anna@${domain}`), failsAs('permanent'))
  })
})
