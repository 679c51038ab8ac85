// How analysts share the queue: claims, who looks at what, clocks, saved views.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trx } from '#db/connection.ts'
import { msPerHour, msPerMinute } from '#server/core/durations.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { endIdleClaims, takeOverCase } from '#server/desk/claims/claim-case.ts'
import { pauseClock, resumeClock, startMissingClocks } from '#server/desk/clocks/run-clock.ts'
import { listQueue } from '#server/desk/queue/queue-store.ts'
import type { ReportKind } from '#server/desk/reports/report-kind.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { ourDomain, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { awaitSent } from '#test/support/messages/outbox.ts'
import { arrive } from '#test/support/people.ts'

let ada: StaffMember
let bela: StaffMember
let carl: StaffMember
const long = '100000'
const env = {
  STAFF_IDLE_MINUTES: long,
  SESSION_IDLE_MINUTES: long,
  SESSION_MAX_HOURS: long,
  DESK_HOURS: 'mon-sun 00:00-24:00',
}
const portal = useAbusePortal({ env }, async (portal) => {
  ada = await enrolStaff(portal, 'ada.a', 'analyst')
  bela = await enrolStaff(portal, 'bela.b', 'senior')
  carl = await enrolStaff(portal, 'carl.c', 'senior')
})

async function newCase(kind: ReportKind = 'phishing'): Promise<string> {
  const person = await arrive(portal)
  await reportLetter(portal, { ...person, kind })
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

const dueIn = async (id: string) => {
  const { due_at } = await portal.db('abuse_cases').where({ id }).first('due_at')
  return due_at && Math.round((due_at.getTime() - portal.clock.now().getTime()) / msPerHour)
}
const inTrx = <T>(work: (trx: Trx) => Promise<T>) => portal.db.transaction(work)

test('a worse report makes a case due earlier, and no report makes it due later', async () => {
  const person = await arrive(portal)
  await reportLetter(portal, { ...person, kind: 'spam' })
  const id = await caseOf(portal, person.accountId)
  assert.equal(await dueIn(id), 24)
  portal.clock.advance(10 * msPerHour)
  await reportLetter(portal, { ...person, kind: 'phishing' })
  await caseOf(portal, person.accountId)
  assert.equal(await dueIn(id), 4)
  portal.clock.advance(msPerHour)
  await reportLetter(portal, { ...person, kind: 'phishing' })
  await caseOf(portal, person.accountId)
  assert.equal(await dueIn(id), 3)
})

test('the clock of a case stands while a reporter is asked, and goes on with what was left', async () => {
  const { desk } = portal.parts
  const id = await newCase()
  portal.clock.advance(msPerHour)
  const pause = () => inTrx((trx) => pauseClock(trx, desk, id, portal.clock.now()))
  assert.deepEqual([await pause(), await pause()], [true, false])
  portal.clock.advance(20 * msPerHour)
  assert.equal(await startMissingClocks(desk), 0, 'no job starts a clock that stands')
  assert.match((await ada.visitor.get(`/staff/cases/${id}?lang=en`)).html, /the clock stands/)
  const resume = () => inTrx((trx) => resumeClock(trx, desk, id, portal.clock.now()))
  assert.deepEqual([await resume(), await resume()], [true, false])
  assert.equal(await dueIn(id), 3)
  portal.clock.advance(4 * msPerHour)
  assert.equal(await pause(), false, 'a case that is late stays late')
})

test('late cases are counted, marked and listed by themselves', async () => {
  const late = await newCase('phishing')
  const timely = await newCase('spam')
  portal.clock.advance(5 * msPerHour)
  const { html } = await ada.visitor.get('/staff/cases?tab=open&late=1&lang=en')
  assert.match(html, /Late \(\d+\)/)
  assert.match(html, new RegExp(`/staff/cases/${late}"`))
  assert.doesNotMatch(html, new RegExp(`/staff/cases/${timely}"`))
  const { cases } = await listQueue(portal.db, portal.keyring, {
    tab: 'open',
    staffId: ada.id,
    filters: { dueBefore: portal.clock.now() },
    limit: 100,
  })
  assert.ok(cases.every(({ dueAt }) => dueAt && dueAt < portal.clock.now()))
  for (const id of [late, timely]) await closeCase(portal.parts.desk, id, ada.id, 'no-breach')
})

test('a case whose clock nobody started gets one by itself', async () => {
  const id = await newCase()
  await portal.db('abuse_cases').where({ id }).update({ due_at: null })
  assert.equal(await startMissingClocks(portal.parts.desk), 1)
  assert.equal(await dueIn(id), 4)
})

/** Reports a letter of a stranger, and gives the case that it has come to. */
async function reportForeign(sender: string, reporter: string) {
  const from = `collector${reporter.length}@bank.example`
  const { id } = await takeReport(portal.parts.desk, {
    channel: 'form',
    kind: 'phishing',
    how: 'source',
    sender,
    note: '',
    source: `From: ${from}\r\nTo: me@elsewhere.example\r\nSubject: Pay\r\n\r\nPay now.\r\n`,
    reporter,
    locale: 'en',
    network: '192.0.2.9',
    acknowledge: true,
  })
  await untilJudged(portal)
  const report = await portal.db('abuse_reports').where({ id }).first('case_id', 'outcome')
  const found = await portal.db('abuse_cases').where({ id: report.case_id }).first()
  return { report, found }
}

test('a report of a letter that is not ours is closed and answered by itself', async () => {
  const reader = 'reader@elsewhere.example'
  const { report, found } = await reportForeign('collector@bank.example', reader)
  assert.deepEqual([report.outcome, found.outcome], ['not-ours', 'not-ours'])
  assert.equal(found.closed_by, null)
  const sent = await awaitSent(portal, reader, 2)
  assert.match(sent.map(({ text }) => text).join('\n'), /did not come from our service/)
  assert.match((await ada.visitor.get(`/staff/cases/${found.id}?lang=en`)).html, /the system/)
})

test('a letter that is not ours waits for a person if its reporter names a sender of ours', async () => {
  const { found } = await reportForeign(`prize@${ourDomain}`, 'other.reader@elsewhere.example')
  assert.equal(found.closed_at, null)
})
