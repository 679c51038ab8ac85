// What is stored of Dovecot's reports, and how the owner sees it. mail-services.test.ts has a real
// Dovecot.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { explain, type Facts } from '#server/mail/client-sign-ins/explain.ts'
import { readReport } from '#server/mail/client-sign-ins/read-report.ts'
import { startReportService } from '#server/mail/client-sign-ins/report-service.ts'
import {
  type ClientSignIn,
  deleteOldMarks,
  deleteOldSignIns,
} from '#server/mail/client-sign-ins/store.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { hanna, register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const token = 'what-dovecot-shows'
const address = 'hanna.k@postern.example'
let browser: Visitor
let service: Awaited<ReturnType<typeof startReportService>>
after(() => service?.stop())
const portal = usePortal({ ports: { platform: createMemoryPlatform() } }, async (portal) => {
  browser = await register(portal, hanna)
  service = await startReportService(portal.parts, { host: '127.0.0.1', port: 0, token })
})
beforeEach(async () => {
  await portal.db('client_sign_ins').delete()
  await portal.db('client_password_marks').delete()
})

const send = (
  report: object | string,
  headers: Record<string, string> = { authorization: `Bearer ${token}` },
  query = '?command=report',
) =>
  fetch(`http://127.0.0.1:${service.port}/sign-ins${query}`, {
    method: 'POST',
    headers,
    body: typeof report === 'string' ? report : JSON.stringify(report),
  })
const report = (more: object = {}) => ({
  login: address,
  protocol: 'imap',
  remote: '93.84.1.2',
  success: false,
  pwhash: '02e7',
  app_password: '',
  ...more,
})
const rows = async () => {
  await service.settled()
  return portal.db('client_sign_ins').orderBy('id')
}

test('only a caller that knows the token may report sign-ins', async () => {
  assert.equal((await send(report(), {})).status, 401)
  assert.equal((await send(report(), { authorization: 'Bearer wrong' })).status, 401)
  assert.equal((await rows()).length, 0)
  const answer = await send(report())
  assert.deepEqual([answer.status, await answer.json()], [200, { status: 0, msg: '' }])
  assert.equal((await rows()).length, 1)
})

test('questions, nonsense and reports about unknown names are answered, not stored', async () => {
  await send(report(), undefined, '?command=allow')
  for (const body of [
    '',
    '{',
    '[]',
    '{"login":[]}',
    JSON.stringify(report({ login: 'a\u0000b' })),
    'x'.repeat(100_000),
  ]) {
    const answer = await send(body).catch(() => undefined)
    assert.ok(!answer || answer.status === 200)
  }
  await send(report({ login: 'nobody@postern.example' }))
  await send(report({ protocol: 'lmtp' }))
  assert.equal((await rows()).length, 0)
  const loginIn = (login: string) =>
    readReport(JSON.stringify(report({ login })), ['xn--80a1acn3a.xn--90ais'])?.login
  assert.equal(loginIn('HANNA.K@postern.example'), address)
  assert.equal(loginIn('Ales@Пошта.бел'), 'ales@xn--80a1acn3a.xn--90ais', 'our own domain')
  assert.equal(loginIn('Ales'), 'ales')
})

test('similar sign-ins share one row, so guessing fills no table', async () => {
  for (let n = 0; n < 5; n++) await send(report())
  assert.deepEqual(
    (await rows()).map(({ tries }) => tries),
    [5],
  )
  for (let n = 0; n < 80; n++)
    await send(report({ pwhash: n.toString(16).padStart(4, '0'), remote: `10.${n}.0.1` }))
  const kept = await rows()
  assert.ok(kept.length >= 41 && kept.length <= 43, String(kept.length))
  assert.equal(
    kept.reduce((sum, { tries }) => sum + tries, 0),
    85,
  )
})

test('neither the hash of a password nor a whole network address is kept in clear', async () => {
  await send(report({ success: true, pwhash: '0abc', remote: '203.0.113.77' }))
  await send(report({ pwhash: '0abc', remote: '203.0.113.77' }))
  const kept = JSON.stringify([await rows(), await portal.db('client_password_marks')])
  assert.doesNotMatch(kept, /0abc|113\.77/)
})

test('a sign-in with the name alone is explained to the owner of that mailbox', async () => {
  await send(report({ login: 'Hanna.K' }))
  assert.equal((await rows())[0].outcome, 'short-name')
  const { html } = await browser.get('/account/mail-programs')
  assert.match(html, /The program sent the name alone/)
  assert.match(html, /The user name in the program is your whole address/)
})

test('the owner sees whether receiving and sending work, by the newest try of each', async () => {
  const page = async () => (await browser.get('/account/mail-programs?lang=en')).html
  assert.doesNotMatch(await page(), /Does it work/)
  await send(report({ success: true }))
  await rows()
  assert.match(await page(), /Receiving[\s\S]*Works: a program got in[\s\S]*Sending/)
  assert.match(await page(), /Send an email to yourself from it/)
  portal.clock.advance(60_000)
  await send(report({ protocol: 'smtp', pwhash: '0bad' }))
  await rows()
  assert.match(await page(), /Sending[\s\S]*Does not work: the latest try failed/)
  portal.clock.advance(60_000)
  await send(report({ protocol: 'smtp', success: true }))
  await rows()
  assert.equal((await page()).match(/Works: a program got in/g)?.length, 2)
})

test('Dovecot gets its answer at once while the database is away', async () => {
  const db = new Proxy(portal.db, {
    apply: () => {
      throw new Error('away')
    },
  })
  const other = await startReportService(
    { ...portal.parts, db },
    { host: '127.0.0.1', port: 0, token },
  )
  try {
    const started = performance.now()
    const answer = await fetch(`http://127.0.0.1:${other.port}/?command=report`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(report()),
    })
    assert.equal(answer.status, 200)
    assert.ok(performance.now() - started < 500)
  } finally {
    await other.stop()
  }
})

test('old sign-ins and marks are deleted', async () => {
  await send(report({ success: true }))
  await send(report())
  await rows()
  const now = new Date(portal.clock.now().getTime() + 1000)
  assert.equal(await deleteOldSignIns(portal.db, now, 10), 2)
  assert.equal(await deleteOldMarks(portal.db, now, 10), 1)
})

const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 12, minute))
const mark = Buffer.from('aa', 'hex')
const refused: ClientSignIn = {
  service: 'pop3',
  outcome: 'refused',
  appPasswordId: null,
  mark,
  place: '',
  tries: 1,
  firstAt: at(30),
  lastAt: at(30),
}
const facts = (
  more: Partial<Facts> & { mark?: { appPasswordId: string | null; lastGoodAt: Date } },
): Facts => ({
  marks: new Map(more.mark ? [['aa', more.mark]] : []),
  appPasswords: new Map([
    ['id', { name: 'Phone', services: ['imap'], heldAt: null, revokedAt: null }],
  ]),
  passwordSince: at(3),
  mainPasswordOpensMail: true,
  ...more,
})

test('each refusal is explained only as far as it is known', () => {
  const known = facts({}).appPasswords.get('id')
  assert.ok(known)
  const app = { mark: { appPasswordId: 'id', lastGoodAt: at(1) } }
  const reasonOf = (given: Parameters<typeof facts>[0], signIn = refused) =>
    explain(signIn, facts(given)).reason
  assert.equal(reasonOf({}), 'wrong-password')
  assert.deepEqual(explain(refused, facts({ mark: { appPasswordId: null, lastGoodAt: at(1) } })), {
    reason: 'old-password',
    since: at(3),
  })
  assert.equal(
    reasonOf({ mark: { appPasswordId: null, lastGoodAt: at(5) } }),
    'wrong-password',
    'the present password is not an old one',
  )
  assert.equal(reasonOf({ mainPasswordOpensMail: false }), 'app-password-needed')
  assert.equal(reasonOf(app), 'wrong-service')
  assert.equal(reasonOf(app, { ...refused, service: 'imap' }), 'wrong-password')
  assert.equal(
    reasonOf({ ...app, appPasswords: new Map([['id', { ...known, heldAt: at(2) }]]) }),
    'app-password-held',
  )
  assert.equal(
    reasonOf({ ...app, appPasswords: new Map([['id', { ...known, revokedAt: at(2) }]]) }),
    'app-password-revoked',
  )
  assert.equal(reasonOf({ ...app, appPasswords: new Map() }), 'wrong-password')
})
