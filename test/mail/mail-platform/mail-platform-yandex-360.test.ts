import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { MailPlatform } from '#server/mail/mail-platform/mail-platform.ts'
import {
  createYandexPlatform,
  type YandexPlatform,
} from '#server/mail/mail-platform/yandex-360/platform.ts'
import { describeHostedPlatform } from '#test/contracts/hosted-platform.ts'
import { describeMailPlatform } from '#test/contracts/mail-platform.ts'
import { type FakeYandex, startFakeYandex } from '#test/support/mail-platform/fake-yandex-360.ts'
import { failsAs, wanting } from '#test/support/mail-platform/wanted-mailbox.ts'

const domain = 'postern.example'
const passwordOf = (seed: string) => `plain password of ${seed}`
const wantedFor = wanting(domain, passwordOf)
let now = new Date('2026-11-22T12:00:00Z')

const platformOf = (
  { url, orgId, token }: FakeYandex,
  change: { timeoutMs?: number; token?: string } = {},
) =>
  createYandexPlatform({
    orgId,
    token,
    domain,
    apiBase: url,
    cloudApiBase: url,
    clock: { now: () => now },
    timeoutMs: 2000,
    pageSize: 3,
    ...change,
  })

describeMailPlatform(
  'yandex-360',
  async () => {
    const yandex = await startFakeYandex(domain)
    return { platform: platformOf(yandex), stop: yandex.stop }
  },
  { passwordOf, holdsNoPassword: false },
)

describeHostedPlatform(
  'yandex-360',
  async () => {
    const fake = await startFakeYandex(domain)
    return { fake, connect: (timeoutMs = 2000) => platformOf(fake, { timeoutMs }), stop: fake.stop }
  },
  {
    passwordOf,
    create: /^POST .*\/users$/,
    change: /^PATCH /,
    failure: { code: 8, message: 'no' },
  },
)

describe('mailboxes at Yandex 360', () => {
  let yandex: FakeYandex
  let platform: YandexPlatform
  beforeEach(async () => {
    now = new Date('2026-11-22T12:00:00Z')
    yandex = await startFakeYandex(domain)
    platform = platformOf(yandex)
  })
  afterEach(() => yandex.stop())

  const userAt = (address: string) =>
    [...yandex.users.values()].find((user) => user.email === address)
  const addressesOf = async (from: MailPlatform) => {
    const found: string[] = []
    for await (const mailbox of from.list()) found.push(mailbox.address)
    return found
  }

  it('account id and revision change together with the password in one call', async () => {
    const anna = wantedFor('anna')
    await platform.apply(anna)
    await platform.apply({ ...anna, revision: 2, password: passwordOf('anna2') })
    assert.equal(userAt(anna.address)?.externalId, `postern/${anna.accountId}/2/none`)
    const change = yandex.calls.find((call) => call.method === 'PATCH')?.body
    assert.deepEqual(change, {
      externalId: `postern/${anna.accountId}/2/none`,
      isEnabled: true,
      password: passwordOf('anna2'),
      passwordChangeRequired: false,
    })
  })

  it('a password change without an answer is not sent again to Yandex 360', async () => {
    const boris = wantedFor('boris')
    await platform.apply(boris)
    const next = { ...boris, revision: 2, password: passwordOf('boris2') }
    yandex.accident(/^PATCH /, { kind: 'lose-answer' })
    await assert.rejects(platform.apply(next), failsAs('unknown'))
    assert.deepEqual(await platform.apply(next), { kind: 'applied', revision: 2 })
    assert.equal(userAt(boris.address)?.password, next.password)
    const sent = yandex.calls.filter(
      (call) => call.method === 'PATCH' && 'password' in Object(call.body),
    )
    assert.equal(sent.length, 1)
  })

  it('an unchanged password is not sent to Yandex 360', async () => {
    const clara = wantedFor('clara')
    await platform.apply(clara)
    await platform.apply({ ...clara, revision: 2, password: null })
    assert.equal(userAt(clara.address)?.password, clara.password)
  })

  it('every status with which Yandex 360 says that a user exists is understood', async () => {
    for (const [index, status] of [400, 409, 422].entries()) {
      const dmitri = wantedFor(`dmitri${index}`, { aliases: [`d${index}@${domain}`] })
      yandex.duplicateStatus(status)
      yandex.lag(1)
      yandex.accident(/^POST .*\/users$/, { kind: 'lose-answer' })
      await assert.rejects(platform.apply(dmitri), failsAs('unknown'))
      yandex.accident(/^POST .*\/aliases$/, { kind: 'lose-answer' })
      await assert.rejects(platform.apply(dmitri), failsAs('unknown'))
      assert.deepEqual(await platform.apply(dmitri), { kind: 'applied', revision: 1 })
      assert.deepEqual((await platform.observe(dmitri.address))?.aliases, dmitri.aliases)
    }
    assert.equal(yandex.users.size, 3)
  })

  it('a conflict with a user whom Yandex 360 does not show yet is tried again later', async () => {
    const emma = wantedFor('emma')
    yandex.lag(10)
    yandex.accident(/^POST .*\/users$/, { kind: 'lose-answer' })
    await assert.rejects(platform.apply(emma), failsAs('unknown'))
    await assert.rejects(platform.apply(emma), failsAs('retry', 60))
  })

  it('another user of the organisation is neither taken over nor removed', async () => {
    await platform.apply(wantedFor('fjodor'))
    const theirs = userAt(`fjodor@${domain}`)
    assert.ok(theirs)
    theirs.externalId = 'hr-17'
    await assert.rejects(platform.apply(wantedFor('fjodor')), failsAs('permanent'))
    await platform.remove(wantedFor('fjodor'))
    assert.equal(theirs.isEnabled, true)
    assert.deepEqual(
      [theirs.externalId, await addressesOf(platform)],
      ['hr-17', [`fjodor@${domain}`]],
    )
  })

  it('an address outside the domain of the organisation is refused at once', async () => {
    await assert.rejects(
      platform.apply(wantedFor('greta', { address: 'greta@other.example' })),
      failsAs('permanent'),
    )
    await assert.rejects(
      platform.apply(wantedFor('greta', { aliases: ['g@other.example'] })),
      failsAs('permanent'),
    )
    assert.equal(yandex.users.size, 0)
  })

  it('a mailbox removed at Yandex 360 is deleted only after its quarantine', async () => {
    const heinz = wantedFor('heinz')
    await platform.apply(heinz)
    await platform.remove(heinz)
    assert.deepEqual([userAt(heinz.address)?.isEnabled, yandex.loggedOut], [false, [heinz.address]])
    now = new Date('2026-12-21T12:00:00Z')
    assert.equal(await platform.purge(), 0)
    assert.ok(userAt(heinz.address))
    now = new Date('2026-12-22T12:00:00Z')
    assert.equal(await platform.purge(), 1)
    assert.equal(userAt(heinz.address), undefined)
  })

  it('robots of the organisation are not listed', async () => {
    await platform.apply(wantedFor('ivan'))
    const robot = userAt(`ivan@${domain}`)
    assert.ok(robot)
    robot.isRobot = true
    assert.deepEqual(await addressesOf(platform), [])
  })

  it('a redirect is not followed, since it would take key and password elsewhere', async (t) => {
    const elsewhere = await startFakeYandex(domain)
    t.after(elsewhere.stop)
    const location = `${elsewhere.url}/directory/v1/org/${elsewhere.orgId}/users`
    yandex.accident(/^POST /, { kind: 'answer', answer: { status: 307, headers: { location } } })
    await assert.rejects(platform.apply(wantedFor('karl')), failsAs('permanent'))
    assert.equal(elsewhere.calls.length, 0)
  })

  it('a token that Yandex 360 refuses needs an operator', async () => {
    const stranger = platformOf(yandex, { token: 'other' })
    await assert.rejects(stranger.observe(`anna@${domain}`), failsAs('permanent'))
  })

  it('a call is tried again later while Yandex 360 is down', async () => {
    await yandex.stop()
    await assert.rejects(platform.apply(wantedFor('max')), failsAs('retry'))
    yandex = await startFakeYandex(domain)
  })
})
