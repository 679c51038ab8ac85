// Two requests at the same moment: one of them comes first, and the account is whole after both.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import { blockByOperator } from '#server/desk/measures/operator/operator-block.ts'
import { signIn } from '#test/support/people.ts'
import { type Equipped, equip } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'
import { day, leaver, rowOf, sweep } from './leavers.ts'

const portal = usePortal({ freshLimits: true })

const rounds = 8
const newPassword = 'zwei Störche im Nebel'
const formType = { 'content-type': 'application/x-www-form-urlencoded' }
const typed = ({ login, password }: Equipped) => ({ login, password })
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** A form that is ready: sending it takes one request. */
async function ready(
  visitor: Visitor,
  path: string,
  fields: Record<string, string>,
  from = path,
): Promise<() => Promise<Answer>> {
  const body = new URLSearchParams({ _csrf: await visitor.token(from), ...fields }).toString()
  return () => visitor.send(path, body, formType)
}

/** Starts both, the second up to 10 ms later or earlier. */
async function race<A, B>(nth: number, one: () => Promise<A>, other: () => Promise<B>) {
  const ahead = ((nth % 5) - 2) * 5
  return await Promise.all([
    pause(Math.max(0, -ahead)).then(one),
    pause(Math.max(0, ahead)).then(other),
  ])
}

test('a closing and a change of the password: both happen or the second is refused', async () => {
  for (let nth = 0; nth < rounds; nth++) {
    const person = await equip(portal)
    const other = await signIn(portal, typed(person))
    const close = await ready(person.browser, '/account/close', { confirm: 'on' })
    const change = await ready(other, '/account/password', { password: newPassword })
    const [closed, changed] = await race(nth, close, change)
    const isClosing = (await rowOf(portal, person.accountId)).closing_at !== null
    assert.equal(isClosing, closed.location === '/account/closed')
    const isChanged = changed.location === '/account'
    assert.ok(isClosing !== isChanged, 'each begins an epoch, so one of them is too late')
    const password = isChanged ? newPassword : person.password
    const back = await portal.visitor().post('/sign-in', { login: person.login, password })
    assert.equal(back.location, isClosing ? '/account/closed' : '/account')
  }
})

test('two browsers that keep one mailbox open it once', async () => {
  for (let nth = 0; nth < rounds; nth++) {
    const person = await leaver(portal)
    const browsers = [person.browser, portal.visitor()] as const
    await browsers[1].post('/sign-in', typed(person))
    const [one, other] = await Promise.all(
      browsers.map((browser) => ready(browser, '/sign-in/keep', {}, '/account/closed')),
    )
    assert.ok(one && other)
    const answers = await race(nth, one, other)
    const places = answers.map(({ location }) => location).toSorted()
    assert.deepEqual(places, ['/account', '/account/closed'])
    const kept = { account_id: person.accountId, event: 'account.kept' }
    assert.equal((await portal.db('activity').where(kept)).length, 1)
    assert.equal((await rowOf(portal, person.accountId)).closing_at, null)
  }
})

test('the end of the days and a sign-in that keeps: the mailbox is whole or gone', async () => {
  const seen = new Set<string>()
  for (let nth = 0; nth < rounds; nth++) {
    const person = await leaver(portal)
    portal.clock.advance(30 * day - 5000)
    const browser = portal.visitor()
    const signedIn = await browser.post('/sign-in', typed(person))
    assert.equal(signedIn.location, '/account/closed')
    const keep = await ready(browser, '/sign-in/keep', {}, '/account/closed')
    portal.clock.advance(10_000)
    const [kept] = await race(nth, keep, () => sweep(portal))
    const row = await rowOf(portal, person.accountId)
    assert.equal(row.closing_at, null)
    seen.add(kept.location ?? '')
    const claims = await portal.db('claims').where({ account_id: person.accountId })
    assert.equal(claims.length, row.closed_at ? 2 : 4)
    if (!row.closed_at) assert.equal(kept.location, '/account')
    else assert.equal((await browser.get('/account/closed')).page, 'closed')
    assert.equal((await browser.get('/account')).status, row.closed_at ? 303 : 200)
  }
  assert.ok(seen.size > 0)
})

test('a closing and a block: a blocked account is never without its block', async () => {
  const { db, desk } = portal.parts
  for (let nth = 0; nth < rounds; nth++) {
    const person = await equip(portal)
    const close = await ready(person.browser, '/account/close', { confirm: 'on' })
    const block = () =>
      changeAccountAsItStands(db, person.accountId, (trx) =>
        blockByOperator(trx, desk, person.accountId, {
          reason: 'spam',
          at: portal.clock.now(),
        }),
      )
    const [closed, blocked] = await race(nth, close, block)
    assert.ok(blocked)
    const row = await rowOf(portal, person.accountId)
    assert.ok(row.blocked_at)
    assert.equal(row.closing_at !== null, closed.location === '/account/closed')
    const back = await portal.visitor().post('/sign-in', typed(person))
    assert.equal(back.location, '/blocked')
  }
})

test('guessing that is noted at the end of the days leaves no entry behind', async () => {
  const { accountId } = await leaver(portal)
  const note = portal.tasks['guessing:note']
  assert.ok(note)
  const about = { accountId, what: 'sign-in', device: 'Firefox', place: '', guessing: randomUUID() }
  const { db, desk } = portal.parts
  let noting: Promise<unknown> | undefined
  await changeAccountAsItStands(db, accountId, async (trx) => {
    await desk.life.close(trx, { accountId, at: portal.clock.now() })
    noting = Promise.resolve(note(about, { attempt: 1, maxAttempts: 1 } as never))
    await pause(200)
  })
  await noting
  assert.deepEqual(await db('activity').where({ account_id: accountId }), [])
})

test('the end of the days happens once, however many jobs see it', async () => {
  const person = await leaver(portal)
  portal.clock.advance(31 * day)
  await Promise.all([sweep(portal), sweep(portal), sweep(portal)])
  const folded = await portal.db('activity').where({ event: 'activity.folded' })
  const own = folded.filter(({ details }) => details.account === person.accountId)
  assert.equal(own.length, 1)
})
