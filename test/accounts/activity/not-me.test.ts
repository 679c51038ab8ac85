// “This wasn’t me”, for each entry of the activity.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findAdvice, steps, stepsOf } from '#server/accounts/activity/not-me.ts'
import { loadActivityEvents } from '#server/load-events.ts'
import { arrive, signIn } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal()

const linksOf = (html: string) =>
  [...html.matchAll(/href="(\/account\/activity\/\d+\/not-me)"/g)].map(([, path]) => path ?? '')
const newestOf = async (visitor: Visitor) =>
  linksOf((await visitor.get('/account/activity')).html)[0] ?? ''

test('an entry of a sign-in leads to the end of that session, and of no other', async () => {
  const person = await arrive(portal)
  const thief = await signIn(portal, person)
  const { html, page } = await person.visitor.get(await newestOf(person.visitor))
  assert.equal(page, 'not-me')
  const [, end = ''] = /action="(\/account\/sessions\/[\w-]+\/end)"/.exec(html) ?? []
  const from = await newestOf(person.visitor)
  assert.equal((await person.visitor.post(end, {}, { from })).status, 303)
  assert.equal((await thief.get('/account')).status, 303)
  assert.equal((await person.visitor.get('/account')).status, 200)
  const again = (await person.visitor.get(from)).html
  assert.doesNotMatch(again, /\/end"/)
  assert.match(again, /href="\/account\/password"/)
})

test('the session in hand is not ended from its own entry', async () => {
  const person = await arrive(portal)
  const visitor = await signIn(portal, person)
  const { html } = await visitor.get(await newestOf(visitor))
  assert.doesNotMatch(html, /\/account\/sessions\/[\w-]+\/end/)
})

test('a changed password leads to a new password and to the ways back', async () => {
  const { visitor } = await arrive(portal)
  await visitor.post('/account/password', { password: 'nine geese over the marsh' })
  const { html } = await visitor.get(await newestOf(visitor))
  const at = (href: string) =>
    html.indexOf(`class="govuk-button govuk-button--secondary" href="${href}"`)
  assert.ok(at(steps.password) > 0 && at(steps.password) < at(steps.methods))
})

test('an entry of another account is no page', async () => {
  const [one, other] = [await arrive(portal), await arrive(portal)]
  await signIn(portal, one)
  const path = await newestOf(one.visitor)
  assert.equal((await other.visitor.get(path)).status, 404)
  assert.equal((await one.visitor.get('/account/activity/nonsense/not-me')).status, 404)
  assert.match((await portal.visitor().get(path)).location ?? '', /^\/sign-in\?next=/)
})

test('every event is known to the table, and each advice leads on', async () => {
  for (const event of Object.keys(await loadActivityEvents()))
    assert.notEqual(findAdvice(event), undefined, event)
  assert.equal(findAdvice('phone.added'), 'method')
  assert.equal(findAdvice('export.asked'), 'account')
  assert.equal(findAdvice('constructor'), null)
  for (const all of Object.values(stepsOf)) assert.ok(all.length > 0)
})
