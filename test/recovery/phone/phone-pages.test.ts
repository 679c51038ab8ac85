import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountIdOf, hanna, piotr, register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer } from '#test/support/visitor.ts'

const portal = usePortal({
  worker: false,
  env: { DEFAULT_COUNTRY: 'DE', SMS_COUNTRIES: 'BY,DE' },
})

const phone = '+375291234567'
const wayOn = ({ status, html }: Answer) => [
  status,
  /<a class="govuk-button" href="([^"]+)"/.exec(html)?.[1],
]

test('asking for another code too soon leads back to the page of the code before', async () => {
  const visitor = portal.visitor()
  await visitor.post('/recover', { login: 'nobody.at.all' })
  assert.equal((await visitor.post('/recover/sms', { phone })).location, '/recover/sms/code')
  const again = await visitor.post('/recover/sms', { phone })
  assert.deepEqual([again.status, again.location], [303, '/recover/sms/code'])
  assert.deepEqual(
    wayOn(await visitor.post('/recover/sms', { again: 'yes' }, { from: '/recover/sms' })),
    [...[429, '/recover/sms/code']],
  )
  const owner = await register(portal, hanna)
  const form = '/account/recovery/phone'
  assert.equal((await owner.post(form, { phone })).location, `${form}/confirm`)
  assert.equal((await owner.post(form, { phone })).location, `${form}/confirm`)
  assert.deepEqual(wayOn(await owner.post(`${form}/confirm/again`, {}, { from: form })), [
    429,
    `${form}/confirm`,
  ])
})

test('a full limit without a code on its way keeps the number for another try', async () => {
  const form = '/account/recovery/phone'
  const other = await register(portal, piotr)
  const key = `sms-account:${await accountIdOf(portal, piotr.login)}`
  await portal.db('rate_limits').insert({ key, points: 10, expire: Date.now() + 60_000 })
  const { status, html } = await other.post(form, { phone })
  assert.equal(status, 429, 'asked for ten today, and none waits')
  assert.match(html, /<form method="post" novalidate>[\s\S]*name="phone" value="\+375291234567"/)
})

test('the example of a number is one of the default country', async () => {
  const visitor = await register(portal, { login: 'zugezogen', password: 'zwei Störche im Nebel' })
  assert.match((await visitor.get('/account/recovery/phone')).html, /\+49\s1512\s3456789/)
  const typed = await visitor.post('/account/recovery/phone', { phone: '01512 3456789' })
  assert.equal(typed.location, '/account/recovery/phone/confirm', typed.errors.join())
})
