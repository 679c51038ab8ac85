// An address that looks mistyped is asked about, and never refused.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arrive } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal()
const form = '/account/recovery/backup-address'

test('a mistyped provider is asked about, and what was typed stays', async () => {
  const { visitor } = await arrive(portal)
  const asked = await visitor.post(form, { address: 'anna.k@gmial.com' })
  assert.deepEqual([asked.status, asked.errors], [422, ['address.typo']])
  assert.match(asked.html, /Did you mean anna\.k@gmail\.com\?/)
  assert.match(asked.html, /id="address"[^>]* value="anna\.k@gmial\.com"/)
  assert.match(asked.html, /name="asked" value="anna\.k@gmial\.com"/)
  const taken = await visitor.post(form, { address: 'anna.k@gmail.com' })
  assert.equal(taken.location, `${form}/confirm`)
  assert.match((await visitor.get(`${form}/confirm`)).html, /anna\.k@gmail\.com/)
})

test('an address that is sent again unchanged is accepted, another typo is asked about', async () => {
  const { visitor } = await arrive(portal)
  const other = { address: 'anna.k@gmali.com', asked: 'anna.k@gmial.com' }
  assert.deepEqual((await visitor.post(form, other)).errors, ['address.typo'])
  const same = { address: 'anna.k@gmial.com', asked: 'anna.k@gmial.com' }
  assert.equal((await visitor.post(form, same)).location, `${form}/confirm`)
  assert.match((await visitor.get(`${form}/confirm`)).html, /anna\.k@gmial\.com/)
})

test('an address without the end of its domain is refused, with the one that was meant', async () => {
  const { visitor } = await arrive(portal)
  const refused = await visitor.post(form, { address: 'anna@gmail' })
  assert.deepEqual(refused.errors, ['address.shape'])
  assert.match(refused.html, /Did you mean anna@gmail\.com\?/)
})
