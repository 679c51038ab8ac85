// The limit of a network at sign-in, whatever the names.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hanna, register, signIn } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const allowed = 20
let known: Visitor
const portal = usePortal(
  {
    freshLimits: true,
    env: { LIMIT_SIGN_IN_FAILURES_PER_NETWORK_HOUR: String(allowed) },
  },
  async (portal) => {
    known = await register(portal, hanna)
  },
)

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } })

async function spray(names: readonly string[], ip: string): Promise<number[]> {
  const visitor = portal.visitor()
  const _csrf = await visitor.token()
  const send = (login: string) =>
    visitor.send(
      '/sign-in',
      new URLSearchParams({ _csrf, login, password: 'not the password' }).toString(),
      {
        ...urlencoded,
        'x-forwarded-for': ip,
      },
    )
  return (await Promise.all(names.map(send))).map(({ status }) => status)
}
const names = (count: number) => Array.from({ length: count }, (_, nth) => `sprayed${nth}x`)
const counter = async (network: string) =>
  (
    await portal
      .db('rate_limits')
      .where({ key: `sign-in-network:${network}` })
      .first('points')
  )?.points

test('a try by an unknown browser counts for its network, whatever the name', async () => {
  const sprayed = await spray(names(50), '192.0.2.7')
  assert.equal(sprayed.filter((status) => status === 422).length, allowed)
  assert.equal(sprayed.filter((status) => status === 429).length, 50 - allowed)
  const refused = await portal.visitor().post('/sign-in', hanna, from('192.0.2.7'))
  const wait = Number(refused.headers.get('retry-after'))
  assert.ok(refused.status === 429 && wait > 3500 && wait <= 3600, `${wait}`)
  assert.deepEqual(await spray(['elsewhere'], '192.0.2.8'), [422], 'its neighbour does not wait')
  const brakes = portal.logged.filter((line) => line.includes('"brake":"spraying"'))
  assert.equal(brakes.length, 1, 'one line for all of ten minutes')
})

test('an IPv6 /64 is one network at sign-in', async () => {
  const all = await Promise.all(
    names(30).map(
      async (name, nth) => (await spray([name], `2001:db8:0:7::${nth.toString(16)}`))[0],
    ),
  )
  assert.equal(all.filter((status) => status === 422).length, allowed)
})

test('a known browser neither needs nor takes tries of its network', async () => {
  await spray(names(allowed + 1), '192.0.2.9')
  await known.post('/sign-out', {}, { from: '/account' })
  const slip = await known.post(
    '/sign-in',
    { ...hanna, password: 'not the password' },
    from('192.0.2.9'),
  )
  assert.equal(slip.status, 422)
  const right = await known.post('/sign-in', hanna, from('192.0.2.9'))
  assert.equal(right.status, 303)
  await known.post('/sign-out', {}, { from: '/account' })
  await known.post('/sign-in', { ...hanna, password: 'not the password' }, from('192.0.2.10'))
  assert.equal(await counter('192.0.2.10'), undefined)
})

test('a right password by a new browser takes no try from its network', async () => {
  for (let browsers = 0; browsers < allowed + 5; browsers += 1) await signIn(portal, hanna)
  assert.equal(await counter('127.0.0.1'), 0)
})

test('hammering at one name takes no more tries from the network than were judged', async () => {
  const hammered = await spray(
    Array.from({ length: 60 }, () => 'one.name'),
    '192.0.2.11',
  )
  const judged = hammered.filter((status) => status === 422).length
  assert.ok(judged <= 6, `${judged}`)
  assert.equal(await counter('192.0.2.11'), judged)
})

test('a try refused for its network brings its name no nearer to a wait', async () => {
  await spray(names(allowed), '192.0.2.12')
  for (let tries = 0; tries < 12; tries += 1)
    assert.deepEqual(await spray([hanna.login], '192.0.2.12'), [429])
  assert.deepEqual(await spray(Array(5).fill(hanna.login), '192.0.2.13'), Array(5).fill(422))
})

test('a sign-in by a known browser takes two database queries', async () => {
  const visitor = portal.visitor()
  visitor.cookies.set('device', known.cookies.get('device') ?? '')
  const _csrf = await visitor.token()
  const asked: string[] = []
  const note = ({ sql }: { sql: string }) => void asked.push(sql)
  portal.db.on('query', note)
  const answer = await visitor.send(
    '/sign-in',
    new URLSearchParams({ _csrf, ...hanna }).toString(),
    urlencoded,
  )
  portal.db.removeListener('query', note)
  assert.equal(answer.status, 303)
  assert.equal(asked.length, 2, asked.join('\n'))
})
