import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { digestOfAppPassword, newAppPassword } from '#server/mail/app-passwords/new-app-password.ts'
import type { MailService } from '#server/mail/mail-platform/mail-platform.ts'
import {
  createMailcowPlatform,
  type MailcowPlatform,
} from '#server/mail/mail-platform/mailcow/platform.ts'
import { describeHostedPlatform } from '#test/contracts/hosted-platform.ts'
import { describeMailPlatform } from '#test/contracts/mail-platform.ts'
import { type FakeMailcow, startFakeMailcow } from '#test/support/mail-platform/fake-mailcow.ts'
import { failsAs, wanting } from '#test/support/mail-platform/wanted-mailbox.ts'
import { type Prism, startPrism } from '#test/support/openapi/prism.ts'

const domain = 'postern.example'
const second = 'second.example'
function passwordOf(seed: string): string {
  const digest = Buffer.from(seed.padEnd(32, '.')).toString('base64url')
  return `$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$${digest}`
}
const wantedFor = wanting(domain, passwordOf)
let now = new Date('2026-11-22T12:00:00Z')

const platformOf = (
  { apiKey }: FakeMailcow,
  { url }: Prism,
  change: { timeoutMs?: number; apiKey?: string } = {},
) =>
  createMailcowPlatform({
    url,
    apiKey,
    domains: [domain, second],
    clock: { now: () => now },
    timeoutMs: 2000,
    ...change,
  })

/** The fake behind Prism, which fails the test if a call or answer breaks the description. */
async function startBoth() {
  const fake = await startFakeMailcow([domain, second])
  const prism = await startPrism('mailcow.openapi.json', fake.url)
  const stop = async () => {
    await prism.stop()
    await fake.stop()
    assert.deepEqual(prism.violations, [])
  }
  return { fake, prism, stop }
}

describeMailPlatform(
  'mailcow',
  async () => {
    const { fake, prism, stop } = await startBoth()
    return { platform: platformOf(fake, prism), stop }
  },
  { passwordOf, holdsNoPassword: false },
)

describeHostedPlatform(
  'mailcow',
  async () => {
    const { fake, prism, stop } = await startBoth()
    return { fake, connect: (timeoutMs = 2000) => platformOf(fake, prism, { timeoutMs }), stop }
  },
  {
    passwordOf,
    create: /add\/mailbox$/,
    change: /custom-attribute$/,
    failure: { type: 'error', msg: 'no' },
  },
)

describe('mailboxes at mailcow', () => {
  let mailcow: FakeMailcow
  let prism: Prism
  let stop: () => Promise<void>
  let platform: MailcowPlatform
  beforeEach(async () => {
    now = new Date('2026-11-22T12:00:00Z')
    ;({ fake: mailcow, prism, stop } = await startBoth())
    platform = platformOf(mailcow, prism)
  })
  afterEach(() => stop())

  it('mailcow stores a verifier with its parameters in the order that PHP reads', async () => {
    const anna = wantedFor('anna', { password: passwordOf('anna').replace('t=2,p=1', 'p=1,t=2') })
    await platform.apply(anna)
    assert.equal(mailcow.mailboxes.get(anna.address)?.password, `{ARGON2ID}${passwordOf('anna')}`)
    await platform.apply({ ...anna, revision: 2, password: null })
    assert.equal(mailcow.mailboxes.get(anna.address)?.password, `{ARGON2ID}${passwordOf('anna')}`)
  })

  it('only a verifier is sent, since anything else would itself become the password', async () => {
    for (const password of [
      'Hunter2 hunter2',
      '{PLAIN}Hunter2',
      '$6$salt$hash',
      `${passwordOf('x')} `,
    ]) {
      await assert.rejects(platform.apply(wantedFor('boris', { password })), failsAs('permanent'))
    }
    assert.equal(mailcow.mailboxes.size, 0)
  })

  it('every suspension closes all ways into a mailbox at mailcow', async () => {
    const clara = wantedFor('clara')
    const actives: unknown[] = []
    for (const [index, suspension] of (
      ['none', 'send', 'login', 'all', 'none'] as const
    ).entries()) {
      await platform.apply({ ...clara, revision: index + 1, suspension })
      actives.push(mailcow.mailboxes.get(clara.address)?.active)
    }
    assert.deepEqual(actives, [1, 2, 2, 0, 1])
  })

  it('the main password opens neither programs nor webmail if only app passwords may', async () => {
    const dmitri = wantedFor('dmitri')
    await platform.apply(dmitri)
    await platform.apply({ ...dmitri, revision: 2, mainPasswordOpensMail: false })
    assert.deepEqual(mailcow.mailboxes.get(dmitri.address)?.protocols, [])
    assert.equal((await platform.observe(dmitri.address))?.mainPasswordOpensMail, false)
    await platform.apply({ ...dmitri, revision: 3 })
    assert.equal((await platform.observe(dmitri.address))?.mainPasswordOpensMail, true)
  })

  it('mailcow gets sizes in whole MiB and shows them in bytes', async () => {
    const emma = wantedFor('emma', { quotaBytes: 1_048_577 })
    await platform.apply(emma)
    assert.equal(mailcow.mailboxes.get(emma.address)?.quota, 2)
    assert.equal((await platform.observe(emma.address))?.quotaBytes, 2_097_152)
  })

  it('a refusal of mailcow with status 200 is a refusal', async () => {
    mailcow.maxQuota(512)
    await assert.rejects(platform.apply(wantedFor('fjodor')), (error: Error) => {
      assert.match(error.message, /mailbox_quota_exceeded/)
      return failsAs('permanent')(error)
    })
    await assert.rejects(
      platform.apply(wantedFor('fjodor', { address: 'f@third.example' })),
      failsAs('permanent'),
    )
  })

  it('a passing fault of a part of mailcow is tried again', async () => {
    const body = [{ type: 'danger', log: [], msg: ['redis_error', 'read error on connection'] }]
    mailcow.accident(/add\/mailbox/, { kind: 'answer', answer: { body } })
    await assert.rejects(platform.apply(wantedFor('greta')), failsAs('retry'))
  })

  it('the next call finds every step done that got no answer from mailcow', async () => {
    for (const step of [
      'add/mailbox',
      'edit/mailbox/custom-attribute',
      'edit/mailbox',
      'add/alias',
      'delete/alias',
    ]) {
      const login = step.replaceAll('/', '.')
      const heinz = wantedFor(login, { aliases: [`${login}.a@${domain}`] })
      const next = {
        ...heinz,
        revision: 2,
        aliases: [`${login}.b@${domain}`],
        password: passwordOf('next'),
      }
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

  it('an older call is superseded even if a newer one stopped half-way at mailcow', async () => {
    const ivan = wantedFor('ivan')
    await platform.apply(ivan)
    mailcow.accident(/edit\/mailbox$/, { kind: 'drop' })
    const newest = { ...ivan, revision: 3, suspension: 'all' } as const
    await assert.rejects(platform.apply(newest), failsAs('unknown'))
    // Another process, which remembers nothing.
    const other = platformOf(mailcow, prism)
    assert.deepEqual(await other.apply({ ...ivan, revision: 2 }), {
      kind: 'superseded',
      revision: 3,
    })
    await other.apply(newest)
    assert.equal(mailcow.mailboxes.get(ivan.address)?.active, 0)
  })

  it('a mailbox that an operator made at mailcow is neither taken over nor removed', async () => {
    const theirs = wantedFor('jana')
    await platform.apply(theirs)
    const mailbox = mailcow.mailboxes.get(theirs.address)
    assert.ok(mailbox)
    mailbox.tags = ['staff']
    await assert.rejects(platform.apply(theirs), failsAs('permanent'))
    await platform.remove(theirs)
    assert.equal(mailcow.mailboxes.get(theirs.address)?.active, 1)
  })

  it('a mailbox that was renamed at mailcow is not made again', async () => {
    const karl = wantedFor('karl')
    await platform.apply(karl)
    const mailbox = mailcow.mailboxes.get(karl.address)
    assert.ok(mailbox)
    mailcow.mailboxes.delete(karl.address)
    mailcow.mailboxes.set(`carl@${domain}`, { ...mailbox, username: `carl@${domain}` })
    await assert.rejects(platform.apply({ ...karl, revision: 2 }), failsAs('permanent'))
    assert.equal(mailcow.mailboxes.size, 1)
  })

  it('attributes that an operator keeps at a mailbox of mailcow survive', async () => {
    const lena = wantedFor('lena')
    await platform.apply(lena)
    const mailbox = mailcow.mailboxes.get(lena.address)
    assert.ok(mailbox)
    mailbox.custom = { ...mailbox.custom, title: 'Head of Post' }
    await platform.apply({ ...lena, revision: 2 })
    assert.equal(mailcow.mailboxes.get(lena.address)?.custom.title, 'Head of Post')
  })

  it('aliases may lie in another served domain, and lists stay untouched', async () => {
    const max = wantedFor('max', { aliases: [`max@${second}`] })
    mailcow.aliases.push({
      id: 99,
      address: `team@${domain}`,
      goto: `max@${domain},anna@${domain}`,
      domain,
    })
    await platform.apply(max)
    assert.deepEqual((await platform.observe(max.address))?.aliases, max.aliases)
    await platform.apply({ ...max, revision: 2, aliases: [] })
    assert.deepEqual(
      mailcow.aliases.map((each) => each.id),
      [99],
    )
  })

  it('a mailbox removed at mailcow is deleted only after its quarantine', async () => {
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

  it('mailcow’s limits, faults, pages in place of data and missing rights differ', async () => {
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
    assert.equal(prism.violations.splice(0).length, 1, 'the empty list')
    mailcow.accident(/get\/mailbox/, answer(200, {}, '<html>Preparing</html>'))
    await assert.rejects(platform.apply(olga), failsAs('retry'))
    assert.equal((await platform.apply(olga)).kind, 'applied')
  })

  it('an alias that is a mailbox at mailcow is refused before anything changes', async () => {
    const [xenia, yuri] = [wantedFor('xenia'), wantedFor('yuri')]
    await platform.apply(xenia)
    await platform.apply(yuri)
    await assert.rejects(
      platform.apply({ ...yuri, revision: 2, aliases: [xenia.address] }),
      failsAs('permanent'),
    )
    assert.equal((await platform.observe(yuri.address))?.revision, 1)
  })

  it('a call or answer that breaks the description of mailcow’s API is noticed', async () => {
    const anna = wantedFor('anna')
    await platform.apply(anna)
    assert.deepEqual(prism.violations, [])
    const call = (path: string, body?: object) =>
      fetch(`${prism.url}/api/v1/${path}`, {
        headers: { 'x-api-key': mailcow.apiKey, 'content-type': 'application/json' },
        ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
      })
    await call('edit/mailbox', { items: [anna.address], attr: { quota: '12' } })
    assert.match(prism.violations.splice(0).join(), /request.body.attr.quota .*integer/)
    await call('edit/mailbox', { items: [anna.address], attr: { quota: 12, spare: true } })
    assert.match(prism.violations.splice(0).join(), /spare/)
    await call('get/password/all')
    assert.match(prism.violations.splice(0).join(), /No path matched|not found/i)
    mailcow.accident(/get\/mailbox/, {
      kind: 'answer',
      answer: { body: { username: anna.address, quota: '12' } },
    })
    await call(`get/mailbox/${encodeURIComponent(anna.address)}`)
    assert.match(prism.violations.splice(0).join(), /response.body/)
  })

  const made = (services: readonly MailService[], secret = newAppPassword()) => ({
    plain: secret.replaceAll(' ', ''),
    id: randomUUID(),
    services,
    secretSha256: digestOfAppPassword(secret),
    createdAt: now,
  })

  it('an app password opens only its services, and mailcow never learns it', async () => {
    const boris = wantedFor('boris', { mainPasswordOpensMail: false })
    await platform.apply(boris)
    const [phone, laptop] = [made(['imap', 'smtp']), made(['pop3'])]
    const write = (revision: number, ...passwords: (typeof phone)[]) =>
      platform.applyAppPasswords?.({ ...boris, revision, passwords })
    await write(1, phone, laptop)
    const opens = (each: typeof phone) =>
      ['imap', 'sieve', 'pop3', 'smtp', 'dav', 'eas'].filter((by) =>
        mailcow.opensByAppPassword(boris.address, each.plain, by),
      )
    assert.deepEqual([opens(phone), opens(laptop)], [['imap', 'sieve', 'smtp'], ['pop3']])
    assert.doesNotMatch(
      JSON.stringify(mailcow.calls.map((call) => call.body)),
      new RegExp(`${phone.plain}|${laptop.plain}`),
    )
    await platform.apply({ ...boris, revision: 2, suspension: 'login' })
    assert.deepEqual(opens(phone), [])
    await platform.apply({ ...boris, revision: 3 })
    await write(3, laptop)
    assert.deepEqual([opens(phone), opens(laptop)], [[], ['pop3']])
    const calls = mailcow.calls.length
    await write(3, laptop)
    const posts = mailcow.calls.slice(calls).filter((call) => call.method === 'POST')
    assert.deepEqual(posts, [], 'nothing is written where nothing changes')
  })

  it('app passwords that were not made in the portal are deleted', async () => {
    const clara = wantedFor('clara')
    await platform.apply(clara)
    const own = made(['imap'])
    await platform.applyAppPasswords?.({ ...clara, passwords: [own] })
    const stranger = {
      id: 77,
      name: 'sync',
      mailbox: clara.address,
      password: '{SHA256}x',
      protocols: ['imap_access'],
    }
    mailcow.appPasswords.push(stranger)
    await platform.applyAppPasswords?.({ ...clara, revision: 2, passwords: [own] })
    assert.deepEqual(
      mailcow.appPasswords.map((each) => each.name),
      [`postern:${own.id}`],
    )
  })

  it('app passwords are complete and single after a call that mailcow did not answer', async () => {
    for (const [index, step] of [
      'custom-attribute',
      'add/app-passwd',
      'delete/app-passwd',
    ].entries()) {
      const dora = wantedFor(`dora${index}`)
      await platform.apply(dora)
      const [first, next] = [made(['imap']), made(['imap'])]
      await platform.applyAppPasswords?.({ ...dora, passwords: [first] })
      mailcow.accident(new RegExp(`${step}$`), { kind: 'lose-answer' })
      const change = { ...dora, revision: 2, passwords: [next] }
      await assert.rejects(
        platform.applyAppPasswords?.(change) ?? Promise.resolve(),
        failsAs('unknown'),
      )
      // The next call finds the same revision, and half of its own work done.
      assert.deepEqual(await platform.applyAppPasswords?.(change), { kind: 'applied', revision: 2 })
      const names = mailcow.appPasswords
        .filter((each) => each.mailbox === dora.address)
        .map((each) => each.name)
      assert.deepEqual(names, [`postern:${next.id}`])
    }
  })

  it('an older list of app passwords is superseded even by one that stopped half-way', async () => {
    const erik = wantedFor('erik')
    await platform.apply(erik)
    const [old, fresh] = [made(['imap']), made(['imap'])]
    await platform.applyAppPasswords?.({ ...erik, passwords: [old] })
    mailcow.accident(/delete\/app-passwd$/, { kind: 'drop' })
    const newest = { ...erik, revision: 3, passwords: [fresh] }
    await assert.rejects(
      platform.applyAppPasswords?.(newest) ?? Promise.resolve(),
      failsAs('unknown'),
    )
    const other = platformOf(mailcow, prism)
    const late = await other.applyAppPasswords?.({ ...erik, revision: 2, passwords: [old] })
    assert.deepEqual(late, { kind: 'superseded', revision: 3 })
    await platform.apply({ ...erik, revision: 3 })
    assert.deepEqual(await other.applyAppPasswords?.(newest), { kind: 'applied', revision: 3 })
    assert.ok(mailcow.opensByAppPassword(erik.address, fresh.plain, 'imap'))
    assert.ok(!mailcow.opensByAppPassword(erik.address, old.plain, 'imap'))
  })

  it('mailcow shows the used space in bytes, for one mailbox and in the list', async () => {
    const fanny = wantedFor('fanny')
    await platform.apply(fanny)
    mailcow.fill(fanny.address, 123_456_789)
    assert.equal((await platform.observe(fanny.address))?.usedBytes, 123_456_789)
    for await (const each of platform.list()) assert.equal(each.usedBytes, 123_456_789)
  })

  it('a key that mailcow refuses needs an operator', async () => {
    await assert.rejects(
      platformOf(mailcow, prism, { apiKey: 'x' }).observe(`anna@${domain}`),
      failsAs('permanent'),
    )
  })
})
