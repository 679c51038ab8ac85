import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay, msPerHour } from '#server/core/durations.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { readFigures } from '#server/desk/figures/figures-store.ts'
import type { ReportKind } from '#server/desk/reports/report-kind.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { arrive } from '#test/support/people.ts'

let ada: StaffMember
const env = { DESK_HOURS: 'mon-sun 00:00-24:00' }
const portal = useAbusePortal({ env }, async (portal) => {
  ada = await enrolStaff(portal, 'ada.a', 'analyst')
})

async function newCase(kind: ReportKind): Promise<string> {
  const person = await arrive(portal)
  await reportLetter(portal, { ...person, kind })
  return await caseOf(portal, person.accountId)
}

function figuresOfDay() {
  const now = portal.clock.now()
  const to = new Date(now.getTime() + msPerHour)
  return readFigures(portal.db, { from: new Date(to.getTime() - msPerDay), to }, now)
}

test('the figures count late cases, and say which share was closed in time', async () => {
  const late = await newCase('phishing')
  const timely = await newCase('spam')
  portal.clock.advance(5 * msPerHour)
  assert.equal((await figuresOfDay()).backlog.late, 1)
  for (const id of [late, timely]) await closeCase(portal.parts.desk, id, ada.id, 'no-breach')
  const { backlog, shareInTime } = await figuresOfDay()
  assert.deepEqual([backlog.late, shareInTime], [0, 0.5])
})
