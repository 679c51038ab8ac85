// A registration that is sent again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountIdOf, signIn } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const password = 'zwei Störche im Nebel'

const portal = usePortal({ env: { LIMIT_SIGN_IN_FAILURES: '3' } })

const headers = { 'content-type': 'application/x-www-form-urlencoded' }
async function form(visitor: Visitor, login: string, typed = password) {
  const body = new URLSearchParams({
    _csrf: await visitor.token('/sign-in'),
    login,
    password: typed,
  }).toString()
  return () => visitor.send('/register', body, headers)
}
const taken = async (visitor: Visitor, login: string, typed = password) => {
  const answer = await (await form(visitor, login, typed))()
  assert.deepEqual([answer.status, answer.errors], [422, ['login.taken']])
  assert.equal(
    answer.headers.getSetCookie().some((cookie) => cookie.startsWith('session=')),
    false,
  )
}

test('simultaneous registrations of one browser make one account, signed in', async () => {
  const visitor = portal.visitor()
  const send = await form(visitor, 'zweimal')
  const answers = await Promise.all([send(), send(), send()])
  for (const answer of answers) {
    assert.deepEqual(
      [answer.status, answer.location],
      [303, '/account/welcome'],
      answer.errors.join(),
    )
    const session = /session=([^;]+)/.exec(answer.headers.getSetCookie().join('\n'))?.[1]
    const own = portal.visitor()
    own.cookies.set('session', session ?? '')
    assert.equal((await own.get('/account')).status, 200, 'each of the cookies works')
  }
  const accountId = await accountIdOf(portal, 'zweimal')
  const events = await portal.db('activity').where({ account_id: accountId }).pluck('event')
  assert.equal(events.filter((event) => event === 'account.created').length, 1)
  assert.ok(!events.includes('sign-in.new-device'), 'one browser, however often it clicks')
})

test('a browser that registers again after a lost answer is signed in', async () => {
  const visitor = portal.visitor()
  const send = await form(visitor, 'verloren')
  const asked = new Map(visitor.cookies)
  assert.equal((await send()).status, 303)
  visitor.cookies.clear()
  for (const [name, value] of asked) visitor.cookies.set(name, value)
  const again = await (await form(visitor, 'verloren'))()
  assert.deepEqual([again.status, again.location], [303, '/account/welcome'])
  assert.equal((await visitor.get('/account')).status, 200)
})

test('a repeated registration does not count for the network', async () => {
  const few = await startTestPortal({ env: { LIMIT_REGISTRATIONS_PER_IP_HOUR: '1' } })
  try {
    const visitor = few.visitor()
    const body = async () =>
      new URLSearchParams({
        _csrf: await visitor.token('/sign-in'),
        login: 'einmal',
        password,
      }).toString()
    const sent = await body()
    assert.equal((await visitor.send('/register', sent, headers)).status, 303)
    assert.equal((await visitor.send('/register', sent, headers)).status, 303)
  } finally {
    await few.stop()
  }
})

test('a stranger with the password learns only that the name is taken', async () => {
  const owner = portal.visitor()
  assert.equal((await (await form(owner, 'besitzerin'))()).status, 303)
  const stranger = portal.visitor()
  await taken(stranger, 'besitzerin')
  await taken(stranger, 'besitzerin', 'a wrong one, but long enough')
  const other = await signIn(portal, { login: 'zweimal', password })
  other.cookies.delete('session')
  await taken(other, 'besitzerin')
})

test('repeated registrations with wrong passwords count as tries to sign in', async () => {
  const visitor = portal.visitor()
  assert.equal((await (await form(visitor, 'vergesslich'))()).status, 303)
  await visitor.post('/sign-out', {}, { from: '/account' })
  for (let i = 0; i < 4; i++)
    await taken(visitor, 'vergesslich', `a wrong one, number ${i} of some`)
  assert.equal((await visitor.post('/sign-in', { login: 'vergesslich', password })).status, 429)
  await taken(visitor, 'vergesslich')
})

test('a repeated registration does not open a blocked account', async () => {
  const visitor = portal.visitor()
  assert.equal((await (await form(visitor, 'gesperrt'))()).status, 303)
  const blocked = { blocked_at: portal.clock.now(), block_reason: 'spam' }
  await portal
    .db('accounts')
    .where({ id: await accountIdOf(portal, 'gesperrt') })
    .update(blocked)
  visitor.cookies.delete('session')
  await taken(visitor, 'gesperrt')
})
