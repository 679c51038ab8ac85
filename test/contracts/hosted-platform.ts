// What every hosted platform must do when it is slow, busy or broken, or when an answer is lost.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { MailPlatform } from '#server/mail/mail-platform/mail-platform.ts'
import type { FakeHttp } from '#test/support/mail-platform/fake-http.ts'
import { failsAs, wanting } from '#test/support/mail-platform/wanted-mailbox.ts'

export interface HostedSubject {
  readonly fake: FakeHttp
  /** Like a new process, which remembers nothing. 2 s by default. */
  connect(timeoutMs?: number): MailPlatform
  stop(): Promise<void>
}

export interface HostedOptions {
  readonly domain?: string
  readonly passwordOf: (seed: string) => string
  /** Calls that make a mailbox, and that change one, as `METHOD /path`. */
  readonly create: RegExp
  readonly change: RegExp
  /** The body of a failure. */
  readonly failure: unknown
}

export function describeHostedPlatform(
  name: string,
  start: () => Promise<HostedSubject>,
  options: HostedOptions,
): void {
  const { create, change, failure, passwordOf, domain = 'postern.example' } = options
  const wantedFor = wanting(domain, passwordOf)

  describe(`hosted platform ${name}`, () => {
    let subject: HostedSubject
    let platform: MailPlatform
    before(async () => {
      subject = await start()
      platform = subject.connect()
    })
    after(() => subject?.stop())

    it('a slow call does not take effect after a newer one', async () => {
      const vera = wantedFor('vera')
      await platform.apply(vera)
      subject.fake.accident(change, { kind: 'slow', milliseconds: 60 })
      const older = platform.apply({ ...vera, revision: 2 })
      await Promise.all([older, platform.apply({ ...vera, revision: 3, suspension: 'all' })])
      const seen = await platform.observe(vera.address)
      assert.deepEqual([seen?.revision, seen?.suspension], [3, 'all'])
    })

    it('a call from before a removal is superseded even after a restart', async () => {
      const walter = wantedFor('walter')
      await platform.apply(walter)
      await platform.remove(walter)
      assert.deepEqual(await subject.connect().apply(walter), { kind: 'superseded', revision: 1 })
    })

    it('the outcome of a call that is not answered in time is unknown', async () => {
      const impatient = subject.connect(200)
      await impatient.observe(`nobody@${domain}`)
      subject.fake.accident(create, { kind: 'slow', milliseconds: 600 })
      await assert.rejects(impatient.apply(wantedFor('lena')), failsAs('unknown'))
    })

    it('limits, server faults, broken connections and missing rights are told apart', async () => {
      const jana = wantedFor('jana')
      const answer = (status: number, headers = {}) =>
        ({ kind: 'answer', answer: { status, headers, body: failure } }) as const
      const dates = {
        'retry-after': 'Sun, 22 Nov 2026 12:00:09 GMT',
        date: 'Sun, 22 Nov 2026 12:00:00 GMT',
      }
      for (const [accident, expected] of [
        [answer(429, { 'retry-after': '7' }), failsAs('retry', 7)],
        [answer(429, dates), failsAs('retry', 9)],
        [answer(503, { 'retry-after': '3' }), failsAs('retry', 3)],
        [answer(503), failsAs('retry')],
        [answer(500), failsAs('unknown')],
        [answer(502), failsAs('unknown')],
        [answer(403), failsAs('permanent')],
        [{ kind: 'drop' }, failsAs('unknown')],
      ] as const) {
        subject.fake.accident(create, accident)
        await assert.rejects(platform.apply(jana), expected)
      }
      for (const accident of [{ kind: 'drop' }, answer(500), answer(502)] as const) {
        subject.fake.accident(/^GET /, accident)
        await assert.rejects(platform.apply(jana), failsAs('retry'))
      }
      assert.equal((await platform.apply(jana)).kind, 'applied')
    })

    it('a mailbox whose creation got no answer is found and not made again', async () => {
      const otto = wantedFor('otto')
      subject.fake.accident(create, { kind: 'lose-answer' })
      await assert.rejects(platform.apply(otto), failsAs('unknown'))
      assert.deepEqual(await subject.connect().apply(otto), { kind: 'applied', revision: 1 })
      const found: string[] = []
      for await (const { address } of platform.list()) found.push(address)
      assert.equal(found.filter((address) => address === otto.address).length, 1)
    })
  })
}
