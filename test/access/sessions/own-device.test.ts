// “This device is mine”: a longer session for an owner’s own browser.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay, msPerHour } from '#server/core/durations.ts'
import { arrive, signIn } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal()

const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).status === 200
const page = '/account/sessions'
const isFault = (line: string) => line.includes('"level":"error"')

async function enterMine(person: { login: string; password: string }): Promise<Visitor> {
  const { login, password } = person
  const visitor = portal.visitor()
  assert.equal((await visitor.post('/sign-in', { login, password, mine: 'on' })).status, 303)
  return visitor
}

test('a session on the owner’s own device lasts thirty idle days, and not for ever', async () => {
  const person = await arrive(portal)
  const { login, password } = person
  const sent = await portal.visitor().post('/sign-in', { login, password, mine: 'on' })
  assert.match(sent.headers.getSetCookie().join('\n'), /session=.*Expires=/)
  assert.deepEqual(portal.logged.filter(isFault), [], 'its row is written once')
  const [mine, lent] = [await enterMine(person), await signIn(portal, person)]
  // It may be a stranger’s, who said the same.
  const { html } = await lent.get(page)
  assert.match(html, /Stays signed in/)
  assert.doesNotMatch(html, /your (own )?device/i)
  portal.clock.advance(29 * msPerDay)
  assert.deepEqual([await isSignedIn(mine), await isSignedIn(lent)], [true, false])
  portal.clock.advance(31 * msPerDay)
  assert.equal(await isSignedIn(mine), false)
  const steady = await enterMine(person)
  for (let days = 0; days < 180; days += 20) {
    assert.equal(await isSignedIn(steady), true, `after ${days} days`)
    portal.clock.advance(20 * msPerDay)
  }
  assert.equal(await isSignedIn(steady), false)
})

test('an ended session leaves no device and place behind, and a long one stays', async () => {
  const person = await arrive(portal)
  await enterMine(person)
  portal.clock.advance(2 * msPerDay)
  await portal.tasks['clean-up']?.({}, { attempt: 1, maxAttempts: 1 } as never)
  const rows = await portal.db('sessions').where({ account_id: person.accountId })
  assert.deepEqual(
    rows.map(({ data }) => data.isMine),
    [true],
  )
})

test('a password is demanded for changes, however long the session lasts', async () => {
  const mine = await enterMine(await arrive(portal))
  portal.clock.advance(msPerHour)
  assert.match((await mine.get('/account/password')).location ?? '', /confirm-password/)
})

test('a device is marked as one’s own later, with a fresh password alone', async () => {
  const person = await arrive(portal)
  const { visitor } = person
  portal.clock.advance(11 * 60_000)
  const stale = await visitor.post(`${page}/keep-device`, {}, { from: page })
  assert.match(stale.location ?? '', /confirm-password/)
  await visitor.post('/account/confirm-password', { password: person.password, next: page })
  const sent = await visitor.post(`${page}/keep-device`, {}, { from: page })
  assert.deepEqual([sent.status, sent.location], [303, page])
  portal.clock.advance(2 * msPerDay)
  assert.equal(await isSignedIn(visitor), true)
  assert.match((await visitor.get(page)).html, /forget-device/)
})

test('forgetting a device signs it out, and its next sign-in is one of a new device', async () => {
  const person = await arrive(portal)
  const { login, password } = person
  const mine = await enterMine(person)
  const sent = await mine.post(`${page}/forget-device`, {}, { from: page })
  assert.deepEqual([sent.status, sent.location], [303, '/'])
  assert.equal(await isSignedIn(mine), false)
  await mine.post('/sign-in', { login, password })
  const [newest] = await portal
    .db('activity')
    .where({ account_id: person.accountId })
    .orderBy('id', 'desc')
    .limit(1)
  assert.equal(newest.event, 'sign-in.new-device')
})

test('a long session ends with a new password elsewhere and with “sign out everywhere”', async () => {
  const person = await arrive(portal)
  const [one, two] = [await enterMine(person), await enterMine(person)]
  await one.post(`${page}/end-others`, {}, { from: page })
  assert.deepEqual([await isSignedIn(one), await isSignedIn(two)], [true, false])
  await person.visitor.get('/account')
  const third = await enterMine(person)
  await third.post('/account/password', { password: 'twelve storks in the fog' })
  assert.deepEqual([await isSignedIn(one), await isSignedIn(third)], [false, true])
  portal.clock.advance(3 * msPerDay)
  assert.equal(await isSignedIn(third), true, 'the device that changed it is still the owner’s')
})

test('a session of staff is short, on their own device too', async () => {
  const person = await arrive(portal)
  const mine = await enterMine(person)
  await portal
    .db('staff_roles')
    .insert({ account_id: person.accountId, role: 'reader', granted_at: portal.clock.now() })
  assert.doesNotMatch((await mine.get(page)).html, /Stays signed in|(keep|forget)-device/)
  portal.clock.advance(2 * msPerHour)
  assert.equal(await isSignedIn(mine), false)
})
