// What reaches the portal from outside and is none of its forms: cookies, hosts, methods, network
// addresses, probes.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import {
  canonicalAddress,
  canonicalAddresses,
  createPlaceOf,
  networkOf,
} from '#server/kit/web/client.ts'
import { hanna } from '#test/support/people.ts'
import { converse } from '#test/support/raw-http.ts'
import { usePortal } from '#test/support/use-portal.ts'

let port: number
const portal = usePortal(
  { worker: false, env: { LIMIT_REGISTRATIONS_PER_IP_HOUR: '5' } },
  async (portal) => {
    port = Number(new URL(portal.url).port)
  },
)

const names = [
  'session',
  'csrf',
  'lang',
  'device',
  'recovery',
  'report',
  'done',
  'blocked',
  'shown-once',
]
const values = [
  'j:{}',
  'j:["a"]',
  'j:[]',
  'j:1',
  'j:true',
  'j:{"toString":1}',
  'j:null',
  'j:"text"',
  'j%3A%7B%7D',
  'j:',
]

test('a cookie that is no text is no cookie', async () => {
  const paths = [
    '/',
    '/sign-in',
    '/register',
    '/recover',
    '/recover/method',
    '/account',
    '/report',
    '/report/sent',
  ]
  for (const path of [
    ...paths,
    '/account/recovery',
    '/staff',
    '/blocked',
    '/help',
    '/nowhere',
    '/livez',
    '/undo/x',
  ]) {
    const without = await portal.visitor().get(path)
    for (const value of values) {
      const cookie = names.map((name) => `${name}=${value}`).join('; ')
      const answer = await portal.visitor().get(path, { cookie })
      assert.deepEqual(
        [answer.status, answer.page],
        [without.status, without.page],
        `${path} with ${value}`,
      )
    }
  }
})

test('a form whose token cookie is no text is refused with 403', async () => {
  for (const value of values) {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      cookie: `csrf=${value}; session=${value}`,
    }
    const answer = await portal.visitor().send('/sign-in', '_csrf=a&login=a&password=b', headers)
    assert.deepEqual([answer.status, answer.page], [403, 'forbidden'], value)
  }
})

test('a request names one host', async () => {
  const ask = (lines: string) => converse(port, [`${lines}\r\nConnection: close\r\n\r\n`])
  const [own, other] = ['Host: account.postern.example', 'Host: evil.example']
  const pages = ['/', '/sign-in', '/livez', '/nowhere', '/service-worker.js']
  for (const path of pages) {
    for (const hosts of [
      `${own}\r\n${other}`,
      `${own}\r\n${own}`,
      `${own}\r\nhOsT: evil.example`,
      'X-Host: x',
    ]) {
      const answer = await ask(`GET ${path} HTTP/1.1\r\n${hosts}`)
      assert.equal(answer.status, 400, `${path}, ${hosts}`)
      assert.match(answer.text, /^Cache-Control: no-store\r$/im)
    }
    assert.notEqual((await ask(`GET ${path} HTTP/1.1\r\n${own}`)).status, 400)
  }
  assert.equal((await ask(`GET /livez HTTP/1.0\r\n${own}\r\n${other}`)).status, 400)
  assert.equal(
    (await ask('GET /livez HTTP/1.0')).status,
    200,
    'before HTTP/1.1 a request named no host',
  )
})

test('OPTIONS tells a stranger nothing about staff pages', async () => {
  const paths = [
    '/',
    '/staff',
    '/staff/cases',
    '/staff/cases/1/claim',
    '/staff/nowhere',
    '/nowhere',
    '/account',
    '*',
  ]
  const answers = await Promise.all(
    [...paths, '/autodiscover/autodiscover.xml', '/livez'].map(async (path) => {
      const { text } = await converse(port, [
        `OPTIONS ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      ])
      return text.replace(/^(?:Date|Set-Cookie): .*\r\n/gim, '')
    }),
  )
  assert.match(answers[0] ?? '', /^HTTP\/1\.1 204 [\s\S]*^Allow: GET, HEAD, POST\r$/m)
  assert.deepEqual([...new Set(answers)].length, 1, answers.join('\n'))
})

test('one network has one name, however it is written', () => {
  for (const [given, network] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0000::ffff', '2001:db8:0:0::/64'],
    ['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4::/64'],
    ['::1:2:3:4:1.2.3.4', '0:0:1:2::/64'],
    ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ] as const)
    assert.equal(networkOf(given), network, given)
  for (const rubbish of [
    '',
    '192.0.2.1:80',
    '[2001:db8::1]',
    '[2001:db8::1]:80',
    '127.1',
    '0x7f000001',
    'x',
    undefined,
  ]) {
    assert.equal(canonicalAddress(rubbish), undefined)
    assert.equal(networkOf(rubbish), 'unknown')
  }
})

test('the database of places is asked about valid addresses only', () => {
  const asked: string[] = []
  const placeOf = createPlaceOf((ip) => void asked.push(ip))
  assert.deepEqual(
    ['::ffff:192.0.2.1', '192.0.2.1:80', '', undefined, 'rubbish', '2001:DB8::0:1'].map(placeOf),
    ['192.0.…', 'unknown', 'unknown', 'unknown', 'unknown', '2001:db8:…'],
  )
  assert.deepEqual(asked, ['192.0.2.1', '2001:db8::1'])
})

test('if a proxy forwards no plain address, the client’s address is that of the proxy', async (t) => {
  const app = express().set('trust proxy', ['loopback', '192.0.2.0/24', '2001:db8:1::/48'])
  canonicalAddresses(app)
  app.get('/', (req, res) => void res.send(String(req.ip)))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const [forwarded, ip] of [
    ['198.51.100.7', '198.51.100.7'],
    ['::FFFF:198.51.100.7', '198.51.100.7'],
    ['2001:0DB8:0::7', '2001:db8::7'],
    ['203.0.113.1, 198.51.100.7, 192.0.2.9', '198.51.100.7'],
    ['198.51.100.7:4711', '127.0.0.1'],
    ['[2001:db8::7]', '127.0.0.1'],
    ['[2001:db8::7]:4711', '127.0.0.1'],
    ['unknown', '127.0.0.1'],
    ['_hidden', '127.0.0.1'],
    ['<script>', '127.0.0.1'],
    ['1.2.3', '127.0.0.1'],
    ['999.1.1.1', '127.0.0.1'],
    [',', '127.0.0.1'],
    ['x'.repeat(4000), '127.0.0.1'],
    ['203.0.113.1, 198.51.100.7:4711, 192.0.2.9', '192.0.2.9'],
    ['rubbish, 2001:DB8:1:0::2', '2001:db8:1::2'],
  ] as const) {
    const answer = await fetch(url, { headers: { 'x-forwarded-for': forwarded } })
    assert.deepEqual([answer.status, await answer.text()], [200, ip], forwarded)
  }
})

test('no spelling of a forwarded address gives anybody a limit of their own', async () => {
  const spellings = (n: number) => [
    `198.51.100.${n}:80`,
    `[2001:db8::${n}]`,
    `rubbish${n}`,
    `_x${n}`,
    `203.0.113.${n}:x`,
  ]
  const statuses: number[] = []
  for (const [n, forwarded] of [...spellings(1), ...spellings(2)].entries()) {
    const headers = { 'x-forwarded-for': forwarded }
    const fields = { login: `crowd${n}x`, password: hanna.password }
    statuses.push((await portal.visitor().post('/register', fields, { headers })).status)
  }
  assert.deepEqual(statuses, [303, 303, 303, 303, 303, 429, 429, 429, 429, 429])
  const honest = { 'x-forwarded-for': '198.51.100.99' }
  assert.equal(
    (await portal.visitor().post('/register', { ...hanna }, { headers: honest })).status,
    303,
  )
})

test('a language link changes the page and the cookie, never the account', async () => {
  const headers = { 'x-forwarded-for': '198.51.100.100' }
  const visitor = portal.visitor()
  await visitor.post('/register', { login: 'stays.english', password: hanna.password }, { headers })
  assert.match((await visitor.get('/account?lang=ru')).html, /<html lang="ru"/)
  assert.match((await visitor.get('/account')).html, /<html lang="ru"/)
  const { locale } = await portal
    .db('accounts')
    .where({ address: 'stays.english@postern.example' })
    .first('locale')
  assert.equal(locale, 'en')
})

test('/readyz fails while the accounts cannot be read, and succeeds again afterwards', async () => {
  const visitor = portal.visitor()
  const ready = async () => (await visitor.get('/readyz')).status
  assert.equal(await ready(), 200)
  const untilAskedAgain = () => sleep(1100)
  await untilAskedAgain()
  const lock = await portal.db.transaction()
  await lock.raw('lock table accounts in access exclusive mode')
  const whileLocked = await ready()
  await lock.rollback()
  assert.equal(whileLocked, 503)
  assert.equal(await ready(), 200)
  await untilAskedAgain()
  await portal.db.raw('alter table accounts rename to accounts_away')
  const away = await visitor.get('/readyz')
  await portal.db.raw('alter table accounts_away rename to accounts')
  assert.deepEqual(
    [away.status, away.html, away.headers.get('retry-after')],
    [503, 'not ready', '5'],
  )
  assert.equal(await ready(), 200)
})

test('a statement takes at most five seconds, and a wait for a lock at most two', async () => {
  const { rows } = await portal.db.raw(
    `select current_setting('statement_timeout') as statement,
       current_setting('lock_timeout') as lock`,
  )
  assert.deepEqual(rows, [{ statement: '5s', lock: '2s' }])
})

test('an unlisted proxy cannot say where a request comes from', async (t) => {
  const app = express().set('trust proxy', ['192.0.2.0/24'])
  canonicalAddresses(app)
  app.get('/', (req, res) => void res.send(String(req.ip)))
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  for (const forwarded of ['198.51.100.7', '192.0.2.9', '198.51.100.7, 192.0.2.9'])
    assert.equal(
      await (await fetch(url, { headers: { 'x-forwarded-for': forwarded } })).text(),
      '127.0.0.1',
    )
})
