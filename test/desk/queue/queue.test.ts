// How analysts share the queue: claims, who looks at what, clocks, saved views.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerMinute } from '#server/core/durations.ts'
import { endIdleClaims, takeOverCase } from '#server/desk/claims/claim-case.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { arrive } from '#test/support/people.ts'

let ada: StaffMember
let bela: StaffMember
let carl: StaffMember
const portal = useAbusePortal({ env: { STAFF_IDLE_MINUTES: '600' } }, async (portal) => {
  ada = await enrolStaff(portal, 'ada.a', 'analyst')
  bela = await enrolStaff(portal, 'bela.b', 'senior')
  carl = await enrolStaff(portal, 'carl.c', 'senior')
})

async function newCase(): Promise<string> {
  const person = await arrive(portal)
  await reportLetter(portal, person)
  return await caseOf(portal, person.accountId)
}
const holderOf = async (id: string) =>
  (await portal.db('abuse_cases').where({ id }).first('claimed_by')).claimed_by
const eventsOf = async (id: string) =>
  (await portal.db('abuse_case_entries').where({ case_id: id }).orderBy('id')).map(
    ({ event }) => event,
  )

test('a claim lapses when its holder leaves the case alone for half an hour', async () => {
  const left = await newCase()
  const kept = await newCase()
  for (const id of [left, kept]) await ada.visitor.post(`/staff/cases/${id}/claim`)
  portal.clock.advance(20 * msPerMinute)
  await ada.visitor.get(`/staff/cases/${kept}`)
  await bela.visitor.get(`/staff/cases/${left}`)
  portal.clock.advance(11 * msPerMinute)
  assert.equal(await endIdleClaims(portal.parts.desk), 1)
  assert.equal(await endIdleClaims(portal.parts.desk), 0)
  assert.deepEqual([await holderOf(left), await holderOf(kept)], [null, ada.id])
  assert.deepEqual((await eventsOf(left)).slice(-2), ['claimed', 'claim-lapsed'])
})

test('a case is taken over only from the person whose name the page showed', async () => {
  const id = await newCase()
  const here = `/staff/cases/${id}`
  await ada.visitor.post(`${here}/claim`, {}, { from: here })
  const page = await bela.visitor.get(`${here}?lang=en`)
  assert.match(page.html, /ada\.a@postern\.example has this case/)
  assert.match(page.html, new RegExp(`name="from" value="${ada.id}"`))
  const { desk } = portal.parts
  const [first, second] = await Promise.all(
    [bela, carl].map((senior) => takeOverCase(desk, id, senior.id, ada.id)),
  )
  assert.equal(Number(first) + Number(second), 1)
  assert.equal(await holderOf(id), first ? bela.id : carl.id)
  assert.equal((await eventsOf(id)).filter((event) => event === 'taken-over').length, 1)
  const refused = await ada.visitor.post(`${here}/take-over`, { from: bela.id }, { from: here })
  assert.equal(refused.status, 403)
})

test('a case and its line in the queue tell who else looks at it, for five minutes', async () => {
  const id = await newCase()
  const here = `/staff/cases/${id}?lang=en`
  await bela.visitor.get(here)
  await ada.visitor.get(here)
  const seen = async (path: string) => (await ada.visitor.get(path)).html
  assert.match(await seen(here), /Looking at it now: bela\.b@postern\.example/)
  assert.match(await seen('/staff/cases?lang=en'), /Looking at it now: bela\.b</)
  assert.doesNotMatch(await seen(here), /Looking at it now: [^<]*ada\.a/)
  portal.clock.advance(5 * msPerMinute)
  assert.doesNotMatch(await seen(here), /Looking at it now/)
})
