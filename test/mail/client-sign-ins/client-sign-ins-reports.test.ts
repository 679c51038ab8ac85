// What a real Dovecot reports about sign-ins of mail programs.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { networkInterfaces } from 'node:os'
import { after, before, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '#server/core/clock.ts'
import { signInByPop3, signInBySmtp } from '#test/mail-platform/line-client.ts'
import { tryImap } from '#test/mail-platform/mail-program.ts'
import { describeOnMailServers, listens } from '#test/mail-platform/programs.ts'
import { type MailWorld, startMailWorld } from '#test/mail-platform/world.ts'

const hasIPv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
)

interface Report {
  readonly login: string
  readonly protocol: string
  readonly remote: string
  readonly success: boolean
  readonly app_password: string
  readonly pwhash: string
}

describeOnMailServers('reports of sign-ins', () => {
  const reports: Report[] = []
  const asked: Report[] = []
  let isMute = false
  const headers = new Set<string | undefined>()
  let portal: Server
  let world: MailWorld
  before(async () => {
    portal = createServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += chunk
      headers.add(request.headers.authorization)
      if (request.url?.endsWith('command=report')) reports.push(JSON.parse(body))
      else asked.push(JSON.parse(body))
      if (isMute) return
      response.setHeader('content-type', 'application/json').end('{"status":0,"msg":""}')
    }).listen(0, '127.0.0.1')
    await once(portal, 'listening')
    const { port } = portal.address() as { port: number }
    const authPolicy = {
      url: `http://127.0.0.1:${port}/mail-sign-ins`,
      token: 'key-of-dovecot',
      nonce: 'nonce',
    }
    world = await startMailWorld(systemClock, {
      authPolicy,
      ...(hasIPv6 ? { listen: '*' as const } : {}),
    })
  })
  after(async () => {
    await world?.stop()
    portal?.close()
  })

  const reportOf = async (attempt: Promise<unknown>): Promise<Report> => {
    reports.length = 0
    await attempt
    for (let tries = 0; reports.length === 0 && tries < 100; tries += 1) await sleep(20)
    assert.equal(reports.length, 1)
    return reports[0] as Report
  }

  it('Dovecot reports each sign-in once, with name, protocol, address and outcome', async () => {
    const { authOf, mail, provision } = world
    await provision('anna')
    const { user, pass } = authOf('anna')
    const good = await reportOf(tryImap(mail, { user, pass }))
    assert.deepEqual(
      [good.login, good.protocol, good.remote, good.success],
      [user, 'imap', '127.0.0.1', true],
    )
    const bad = await reportOf(signInByPop3(mail.pop3, user, 'wrong'))
    assert.deepEqual([bad.login, bad.protocol, bad.success], [user, 'pop3', false])
    const sent = await reportOf(
      signInBySmtp(mail.submissions, user, pass).then(({ client }) => client.close()),
    )
    assert.deepEqual([sent.login, sent.protocol, sent.success], [user, 'smtp', true])
    const short = await reportOf(tryImap(mail, { user: 'anna', pass }))
    assert.deepEqual([short.login, short.success], ['anna', false])
    assert.deepEqual([...headers], ['Bearer key-of-dovecot'])
  })

  it('Dovecot names the app password in its report', async () => {
    const { authOf, mail, provision, setAppPasswords } = world
    const app = { secret: 'abcdefghjkmnpqrstuvw', services: ['imap'] as const }
    const [id] = await setAppPasswords(await provision('boris'), 1, app)
    const report = await reportOf(tryImap(mail, { user: authOf('boris').user, pass: app.secret }))
    assert.deepEqual([report.app_password, report.success], [id, true])
  })

  it('a password has the same short hash in every protocol, to recognise old ones', async () => {
    const { authOf, mail, platform, provision } = world
    const wanted = await provision('clara')
    const { user, pass } = authOf('clara')
    const before = await reportOf(tryImap(mail, { user, pass }))
    const other = await reportOf(tryImap(mail, { user, pass: 'another' }))
    await platform.apply({ ...wanted, revision: 2, password: null })
    const old = await reportOf(signInByPop3(mail.pop3, user, pass))
    assert.equal(old.pwhash, before.pwhash)
    assert.notEqual(other.pwhash, before.pwhash)
  })

  it('Dovecot asks about a sign-in, by the typed name, before it checks the password', async () => {
    const { authOf, mail, provision } = world
    await provision('eva')
    const { user, pass } = authOf('eva')
    asked.length = 0
    await tryImap(mail, { user, pass })
    await signInBySmtp(mail.submissions, user, pass).then(({ client }) => client.close())
    assert.deepEqual(
      asked.map(({ login, protocol, pwhash }) => [login, protocol, pwhash]),
      [
        [user, 'imap', asked[0]?.pwhash],
        [user, 'smtp', asked[0]?.pwhash],
      ],
    )
  })

  it('people read and send mail over the same address families', async () => {
    const { imap, pop3, sieve, submission, submissions, smtp } = world.mail
    for (const { port } of [imap, pop3, sieve, submission, submissions, smtp])
      assert.deepEqual(
        [await listens(port), await listens(port, '::1')],
        [true, hasIPv6],
        String(port),
      )
  })

  it('a silent portal delays a sign-in a second at most, a stopped one not at all', async () => {
    const { authOf, mail, provision } = world
    await provision('dmitri')
    const timeOfOne = async () => {
      const begun = performance.now()
      assert.equal(await tryImap(mail, authOf('dmitri')), 'ok')
      return performance.now() - begun
    }
    const usual = await timeOfOne()
    isMute = true
    const mute = await timeOfOne()
    assert.ok(mute < usual + 1700, `${usual} ms, and ${mute} ms while nothing was said`)
    portal.close()
    portal.closeAllConnections()
    const started = performance.now()
    assert.equal(await tryImap(mail, authOf('dmitri')), 'ok')
    assert.ok(performance.now() - started < 1000)
  })
})
