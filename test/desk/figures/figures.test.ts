// The figures of the desk, over a portal with a few cases.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { decideAppeal } from '#server/desk/appeals/decide-appeal.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { readFigures } from '#server/desk/figures/figures-store.ts'
import { readQuality } from '#server/desk/figures/quality-store.ts'
import { ourDomain, sendLetter, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { appealAgainst, approve, caseOf, propose, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { arrive } from '#test/support/people.ts'

let ada: StaffMember
let bela: StaffMember
let dora: StaffMember
const portal = useAbusePortal({ env: { MEASURES_WITHOUT_SECOND_PERSON: '0' } }, async (portal) => {
  ada = await enrolStaff(portal, 'ada.a', 'senior')
  bela = await enrolStaff(portal, 'bela.b', 'senior')
  dora = await enrolStaff(portal, 'dora.d', 'senior')
  for (const decision of ['lifted', 'kept'] as const) await appeal(decision)
  const sender = `nobody.here@${ourDomain}`
  await portal.visitor().post('/report', { sender, kind: 'fraud', note: 'Every day.' })
  await reportLetter(portal, { ...dora, accountId: dora.id, kind: 'spam' })
  await untilJudged(portal)
})

/** A letter is reported, a measure is taken and appealed against. */
async function appeal(decision: 'lifted' | 'kept'): Promise<void> {
  const person = await arrive(portal)
  await reportLetter(portal, { ...person, kind: 'fraud' })
  const caseId = await caseOf(portal, person.accountId)
  await ada.visitor.get(`/staff/cases/${caseId}`)
  const wanted = { ...person, caseId, by: ada.id, measure: 'limit-sending' } as const
  const measureId = await propose(portal, wanted)
  await approve(portal, measureId, bela.id)
  const appealId = await appealAgainst(portal, measureId)
  const by = { staffId: dora.id, right: 'senior' } as const
  const { kind } = await decideAppeal(portal.parts.desk, appealId, { decision }, by)
  assert.equal(kind, 'decided')
}

const count = async (table: string, where: object = {}) =>
  Number((await portal.db(table).where(where).count('* as n').first())?.n)

test('the figures count every report, case, measure and appeal', async () => {
  const at = portal.clock.now()
  const range = { from: new Date(at.getTime() - msPerDay), to: new Date(at.getTime() + 1000) }
  const figures = await readFigures(portal.db, range, at)
  const reports = await count('abuse_reports')
  assert.equal(
    figures.days.reduce((sum, day) => sum + day.reports, 0),
    reports,
  )
  assert.equal(figures.byKind.fraud, await count('abuse_reports', { kind: 'fraud' }))
  const proven = await count('abuse_reports', { verdict: 'proven' })
  assert.ok(proven > 2)
  assert.equal(figures.shareProven, proven / reports)
  assert.equal(figures.shareLiftedAfterAppeal, 0.5)
  assert.ok(figures.toFirstLook.count > 0)
  assert.ok(await portal.db('abuse_cases').where({ closed_at: null, account_id: null }).first())
  const open = await count('abuse_cases', { closed_at: null })
  assert.equal(figures.backlog.open, open, 'cases without an account wait too')
})

test('the figures count duplicates, reports without a breach, and repeat offenders', async () => {
  const range = () => {
    const at = portal.clock.now()
    return { from: new Date(at.getTime() - msPerDay), to: new Date(at.getTime() + 1000) }
  }
  const read = (notOf: string) => readQuality(portal.db, { ...range(), notOf })
  const before = await read(bela.id)
  const person = await arrive(portal)
  const source = await sendLetter(portal.keyring, {
    accountId: person.accountId,
    from: `${person.login}@${ourDomain}`,
  })
  for (let n = 0; n < 3; n += 1) await reportLetter(portal, { ...person, source })
  const harmless = await caseOf(portal, person.accountId)
  await closeCase(portal.parts.desk, harmless, bela.id, 'no-breach')
  for (const measure of ['limit-sending', 'suspend-sending'] as const) {
    await reportLetter(portal, { ...person, body: `Another letter, ${measure}` })
    const caseId = await caseOf(portal, person.accountId)
    await approve(
      portal,
      await propose(portal, { ...person, caseId, by: ada.id, measure }),
      bela.id,
    )
    await closeCase(portal.parts.desk, caseId, bela.id, 'measure-taken')
  }
  const after = await read(bela.id)
  assert.equal(after.duplicates, before.duplicates + 2)
  assert.equal(after.repeatOffenders, before.repeatOffenders + 1)
  const [rule] = after.byRule
  assert.deepEqual(rule, { name: 'trace-and-content', judged: 3, wrong: 1 })
  assert.match(after.byReporter[0]?.name ?? '', /^P-\w{4}-\w{4}$/)
  assert.equal(after.byReporter[0]?.wrong, 1)
  assert.deepEqual(await read(person.accountId), before, 'nobody learns of their own case')
})

test('the figures count no case about the viewer’s own mailbox', async () => {
  const shown = async ({ visitor }: StaffMember) => {
    const { html } = await visitor.get('/staff/figures?lang=en')
    return Number(/Open cases<\/[^>]+>\s*<[^>]+>\s*(?:<[^>]+>\s*)*(\d+)/.exec(html)?.[1])
  }
  assert.equal(await shown(bela), await count('abuse_cases', { closed_at: null }))
  assert.equal(await shown(dora), (await shown(bela)) - 1)
})

test('every chart of the figures has a table beside it', async () => {
  const { html } = await bela.visitor.get('/staff/figures?lang=en')
  assert.equal([...html.matchAll(/<svg (?!class="icon)/g)].length, 4)
  assert.equal([...html.matchAll(/<table /g)].length, 6)
  assert.doesNotMatch(html, /NaN|undefined|Infinity/)
})
