// The page of the security question: what its form shows, refuses and keeps.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { startProbation } from '#server/accounts/accounts/store.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { underLock } from '#test/support/account-lock.ts'
import { accountIdOf, arrive, register } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const form = '/account/recovery/security-question'
const methods = '/account/recovery'
const answer = 'Гарбарня на Нямізе'
const portal = usePortal({ freshLimits: true, worker: false })

const somebody = () => arrive(portal)

const remove = (visitor: Visitor, from = methods) => visitor.post(`${form}/remove`, {}, { from })
const questionOf = (accountId: string) =>
  portal.db('security_questions').where({ account_id: accountId }).first()

test('the form of the question offers the list and takes an answer', async () => {
  const { visitor, accountId } = await somebody()
  const page = await visitor.get(form)
  assert.deepEqual([page.status, page.page, page.errors], [200, 'security-question', []])
  assert.match(page.html, /value="first-journey"/)
  assert.doesNotMatch(page.html, /selected/)
  assert.doesNotMatch(page.html, /takes the place/)
  const set = await visitor.post(form, { question: 'first-job', answer })
  assert.deepEqual([set.status, set.location], [303, methods])
  assert.match((await visitor.get(methods)).html, /The security question is set\./)
  const row = await questionOf(accountId)
  assert.deepEqual([row.question, row.removed_at], ['first-job', null])
  assert.notEqual(
    (await visitor.get(form)).html.length,
    page.html.length,
    'it says that there is one already',
  )
  const removed = await remove(visitor)
  assert.deepEqual([removed.status, removed.location], [303, methods])
  assert.match((await visitor.get(methods)).html, /removed for good\./)
})

test('the password of an account is refused as an answer, in capitals too', async () => {
  const { visitor, accountId, password } = await somebody()
  for (const typed of [password, password.toUpperCase()]) {
    const refused = await visitor.post(form, { question: 'first-job', answer: typed })
    assert.deepEqual([refused.status, refused.errors], [422, ['answer.is-password']])
  }
  assert.equal(await questionOf(accountId), undefined)
})

test('a refused answer leaves the question chosen and is never shown', async () => {
  const { visitor, login } = await somebody()
  for (const [question, typed, errors] of [
    ['', '', ['question.missing', 'answer.missing']],
    ['first-job', login, ['answer.is-login']],
    ['first-job', 'your first money', ['answer.in-question']],
  ] as const) {
    const refused = await visitor.post(form, { question, answer: typed })
    assert.deepEqual(
      [refused.status, refused.page, refused.errors],
      [422, 'security-question', errors],
    )
    assert.equal(/value="first-job" selected/.test(refused.html), question === 'first-job')
    assert.ok(!typed || !refused.html.includes(`value="${typed}"`))
  }
})

test('a removed question is gone for good, says its page, and takes no other one', async () => {
  const { visitor } = await somebody()
  const none = await remove(visitor)
  assert.deepEqual([none.status, none.location], [303, methods])
  assert.doesNotMatch(
    (await visitor.get(methods)).html,
    /removed for good\./,
    'there was nothing to remove',
  )
  await visitor.post(form, { question: 'first-job', answer })
  await remove(visitor)
  const page = await visitor.get(form)
  assert.equal(page.status, 200)
  assert.doesNotMatch(page.html, /name="answer"/)
  const late = await visitor.post(form, { question: 'first-job', answer }, { from: '/account' })
  assert.deepEqual(
    [late.status, late.page, late.errors],
    [422, 'security-question', ['security-question.removed']],
  )
  assert.match(late.html, /href="#main" data-error="/)
  assert.equal((await remove(visitor, '/account')).location, methods)
})

test('during a probation the page of the question says until when, without a form', async () => {
  const { visitor, accountId } = await somebody()
  await visitor.post(form, { question: 'first-job', answer })
  const until = new Date(portal.clock.now().getTime() + 3_600_000)
  await underLock(portal.db, accountId, (trx) => startProbation(trx, accountId, until))
  assert.doesNotMatch((await visitor.get(form)).html, /name="answer"/)
  const { pages } = portal.parts
  const words = pages.formatsFor({ locale: 'en' } as never).bound(until, portal.clock.now())
  for (const answered of [
    await visitor.post(form, { question: 'first-teacher', answer }, { from: '/account' }),
    await remove(visitor, '/account'),
  ]) {
    assert.deepEqual(
      [answered.status, answered.page, answered.errors],
      [422, 'security-question', ['recovery-methods.probation']],
    )
    assert.ok(answered.html.includes(words), words)
    assert.match(answered.html, /href="#main" data-error="/)
  }
  assert.equal((await questionOf(accountId)).question, 'first-job')
})

test('the page of the question needs a session and a fresh password', async () => {
  const next = (path: string) => encodeURIComponent(path)
  const stranger = portal.visitor()
  assert.equal((await stranger.get(form)).location, `/sign-in?next=${next(form)}`)
  assert.equal((await remove(stranger, '/sign-in')).location, `/sign-in?next=${next(methods)}`)
  const posted = await stranger.post(form, { question: 'first-job', answer }, { from: '/sign-in' })
  assert.equal(posted.location, `/sign-in?next=${next(form)}`)
  const { visitor, accountId } = await somebody()
  portal.clock.advance(11 * 60_000)
  const confirm = '/account/confirm-password?next='
  assert.equal((await visitor.get(form)).location, `${confirm}${next(form)}`)
  const late = await visitor.post(form, { question: 'first-job', answer }, { from: '/account' })
  assert.equal(late.location, `${confirm}${next(form)}`)
  assert.equal((await remove(visitor, '/account')).location, `${confirm}${next(methods)}`)
  assert.equal(await questionOf(accountId), undefined)
  portal.clock.advance(-11 * 60_000)
})

test('an account that is blocked meanwhile sets and removes no question', async () => {
  const block = { blocked_at: portal.clock.now(), block_reason: 'x' }
  for (const act of [
    (visitor: Visitor, _csrf: string) =>
      send(visitor, form, { _csrf, question: 'first-teacher', answer }),
    (visitor: Visitor, _csrf: string) => send(visitor, `${form}/remove`, { _csrf }),
  ]) {
    const { visitor, accountId } = await somebody()
    await visitor.post(form, { question: 'first-job', answer })
    const _csrf = await visitor.token(form)
    const other = await portal.db.transaction()
    await other('accounts').where({ id: accountId }).update(block)
    const answered = act(visitor, _csrf)
    await pause(150)
    await other.commit()
    const { status, location } = await answered
    assert.deepEqual([status, location?.split('?')[0]], [303, '/sign-in'])
    assert.equal((await questionOf(accountId)).question, 'first-job')
  }
})

function send(visitor: Visitor, path: string, fields: Record<string, string>) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return visitor.send(path, new URLSearchParams(fields).toString(), headers)
}

test('an account gets twenty changes of recovery methods a day', async () => {
  const { visitor, accountId } = await somebody()
  const limit = createLimits(portal.db).limit('method-changes', { points: 20, seconds: 86_400 })
  for (let i = 0; i < 19; i++) await limit.count(accountId)
  const refused = await visitor.post(form, { question: 'first-job', answer: 'abc' })
  assert.equal(refused.status, 422, 'what is refused is no change')
  assert.equal((await visitor.post(form, { question: 'first-job', answer })).status, 303)
  for (const full of [
    await visitor.post(form, { question: 'first-job', answer }),
    await remove(visitor),
  ]) {
    assert.deepEqual([full.status, full.page], [429, 'too-many-tries'])
    assert.ok(Number(full.headers.get('retry-after')) > 86_000)
  }
  assert.equal((await questionOf(accountId)).removed_at, null)
})

test('SECURITY_QUESTION=off refuses every answer and offers no form', async () => {
  const closed = await startTestPortal({
    env: { SECURITY_QUESTION: 'off' },
    database: portal.database,
    worker: false,
  })
  try {
    const visitor = await register(closed, {
      login: 'closed.door',
      password: 'бусел ляціць над вёскай',
    })
    const page = await visitor.get(form)
    assert.equal(page.status, 200)
    assert.doesNotMatch(page.html, /name="answer"/)
    const refused = await visitor.post(
      form,
      { question: 'first-job', answer },
      { from: '/account' },
    )
    assert.deepEqual(
      [refused.status, refused.page, refused.errors],
      [422, 'security-question', ['security-question.closed']],
    )
    assert.match(refused.html, /href="#main" data-error="/)
    assert.equal(await questionOf(await accountIdOf(portal, 'closed.door')), undefined)
  } finally {
    await closed.stop()
  }
})
