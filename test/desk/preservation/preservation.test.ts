import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { listAudit } from '#server/desk/audit/store.ts'
import { attributeCase } from '#server/desk/cases/attribute-case.ts'
import { deskSweeps } from '#server/desk/cases/retention-store.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { insertPreservation } from '#server/desk/preservation/preservation-store.ts'
import { close, rowOf, sweep } from '#test/access/closing/leavers.ts'
import { ourDomain, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, enterStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { arrive } from '#test/support/people.ts'
import { equip } from '#test/support/recovery/recovery.ts'

let bela: StaffMember
const portal = useAbusePortal({}, async (portal) => {
  bela = await enrolStaff(portal, 'bela.senior', 'senior')
})

const later = (days: number) => new Date(portal.clock.now().getTime() + days * msPerDay)
const sweepAll = async (at: Date) => {
  for (const { run } of deskSweeps({ caseDays: 730 }, () => at)) await run(portal.db, 10_000)
}

async function reported(person: { accountId: string; login: string }): Promise<string> {
  await reportLetter(portal, person)
  return await caseOf(portal, person.accountId)
}

async function closed(): Promise<string> {
  const caseId = await reported(await arrive(portal))
  assert.ok(await closeCase(portal.parts.desk, caseId, bela.id, 'no-breach'))
  return caseId
}

const countKept = async (caseId: string) => {
  const { rows } = await portal.db.raw(
    `select (select count(*) from abuse_cases where id = :caseId)::int as cases,
       count(r.id)::int as reports, count(r.evidence_id)::int as letters,
       (select count(*) from abuse_case_entries where case_id = :caseId)::int as entries
     from abuse_reports r where r.case_id = :caseId`,
    { caseId },
  )
  return rows[0]
}

test('A letter under a legal hold is deleted by nobody before the hold has ended.', async () => {
  const [held, free] = [await closed(), await closed()]
  const page = `/staff/cases/${held}/preservation`
  const sent = await bela.visitor.post(page, { reason: 'Request 17/2026' })
  assert.deepEqual([sent.status, sent.location], [303, page], sent.errors.join())
  const before = await countKept(held)
  await sweepAll(later(1000))
  assert.deepEqual(await countKept(held), before)
  assert.deepEqual([before.reports, before.letters, (await countKept(free)).cases], [1, 1, 0])
  for (const [table, key] of [
    ['abuse_cases', 'id'],
    ['abuse_reports', 'case_id'],
  ] as const)
    await assert.rejects(
      portal
        .db(table)
        .where({ [key]: held })
        .delete(),
      /legal hold/,
      table,
    )
  const { evidence_id: id } = await portal.db('abuse_reports').where({ case_id: held }).first()
  const forced = portal.db.transaction(async (trx) => {
    await trx.raw("select set_config('postern.evidence_sweep', ?, true)", [later(1000)])
    await trx('evidence').where({ id }).delete()
  })
  await assert.rejects(forced, /never changed/)
  const { html } = await bela.visitor.get(page)
  const action = /action="([^"]+\/end)"/.exec(html)?.[1] ?? ''
  const ended = await (await enterStaff(portal, bela)).post(action, {}, { from: page })
  assert.equal(ended.location, page, ended.errors.join())
  await sweepAll(later(1000))
  assert.deepEqual(await countKept(held), { cases: 0, reports: 0, letters: 0, entries: 0 })
  const actions = (await listAudit(portal.db, { caseId: held }, 50)).map(({ action }) => action)
  assert.deepEqual(
    actions.filter((each) => /^evidence\./.test(each)),
    ['evidence.released', 'evidence.preserved'],
  )
})

test('a legal hold that is just being laid makes a sweep wait, and keeps what it would delete', async () => {
  const caseId = await closed()
  const { keyring, db, clock } = portal.parts
  const begun = { caseId, reason: 'Request 18', staffId: bela.id, at: clock.now() }
  let swept: Promise<unknown> = Promise.resolve()
  await db.transaction(async (trx) => {
    await insertPreservation(trx, keyring, begun)
    swept = assert.rejects(db('abuse_reports').where({ case_id: caseId }).delete(), /legal hold/)
    await new Promise((done) => setTimeout(done, 200))
  })
  await swept
  assert.equal((await countKept(caseId)).reports, 1)
})

test('a legal hold goes with its case when the case joins another', async () => {
  const person = await arrive(portal)
  const sender = `somebody.${person.login}@${ourDomain}`
  const note = 'It came again.'
  await portal.visitor().post('/report', { sender, kind: 'spam', note })
  await untilJudged(portal)
  const loose = String((await portal.db('abuse_cases').max('id as id').first())?.id)
  await bela.visitor.post(`/staff/cases/${loose}/preservation`, { reason: 'Request 19' })
  const target = await reported(person)
  const address = `${person.login}@${ourDomain}`
  const joined = await attributeCase(portal.parts.desk, loose, bela.id, address)
  assert.deepEqual(joined, { kind: 'attributed', caseId: target })
  assert.match((await bela.visitor.get(`/staff/cases/${target}`)).html, /under a legal hold/)
})

test('No account ends for good while a case about it is under a legal hold.', async () => {
  const person = await equip(portal)
  const caseId = await reported(person)
  const page = `/staff/cases/${caseId}/preservation`
  await close(person.browser)
  const { clock, db } = portal.parts
  portal.clock.advance(1)
  const visitor = await enterStaff(portal, bela)
  await visitor.post(page, { reason: 'Request 20' })
  portal.clock.advance(31 * msPerDay)
  await sweep(portal)
  const kept = await rowOf(portal, person.accountId)
  assert.ok(!kept.closed_at && kept.closes_at > clock.now(), 'it is tried again')
  await db('case_preservations')
    .where({ case_id: caseId })
    .update({ ended_at: clock.now(), ended_by: bela.id })
  portal.clock.advance(2 * msPerDay)
  await sweep(portal)
  assert.ok((await rowOf(portal, person.accountId)).closed_at)
})
