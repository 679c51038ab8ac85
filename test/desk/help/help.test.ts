import assert from 'node:assert/strict'
import { test } from 'node:test'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { hanna, register } from '#test/support/people.ts'

let ada: StaffMember
const portal = useAbusePortal({}, async (portal) => {
  ada = await enrolStaff(portal, 'ada.a', 'analyst')
})

test('the help of the console names the key of every page that its reader may open', async () => {
  const { html } = await ada.visitor.get('/staff/help?lang=en')
  const menu = [...html.matchAll(/href="(\/staff[^"]*)"[^>]*data-key="g (.)"/g)]
  assert.ok(menu.length > 4)
  for (const [, , key] of menu) assert.ok(html.includes(`<kbd>g</kbd> <kbd>${key}</kbd>`), key)
})

test('people without a role find no help of the console', async () => {
  const visitor = await register(portal, hanna)
  assert.equal((await visitor.get('/staff/help')).status, 404)
})
