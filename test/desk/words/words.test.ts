import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { attributeCase } from '#server/desk/cases/attribute-case.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { takeMeasure } from '#server/desk/measures/take-measure.ts'
import { progressTokenOf } from '#server/desk/reports/take-report.ts'
import { lapseQuestions } from '#server/desk/words/answer-words.ts'
import { findUnknown, variables } from '#server/desk/words/template-rules.ts'
import { ourDomain, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { appealAgainst, caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { awaitText } from '#test/support/messages/outbox.ts'
import { arrive } from '#test/support/people.ts'
import { equip } from '#test/support/recovery/recovery.ts'
import type { Visitor } from '#test/support/visitor.ts'

let ada: StaffMember
let bela: StaffMember
const portal = useAbusePortal({}, async (portal) => {
  ada = await enrolStaff(portal, 'ada.analyst', 'analyst')
  bela = await enrolStaff(portal, 'bela.senior', 'senior')
})

const reader = 'reader@elsewhere.example'
const secret = 'Which program did you forward it with, please?'

/** A report by form, with an address for the answer. */
async function report(): Promise<{ caseId: string; reportId: string; write: string }> {
  const sender = `nobody.${Math.random().toString(36).slice(2)}@${ourDomain}`
  const form = { sender, kind: 'spam', reporter: reader, note: 'Every day.' }
  await portal.visitor().post('/report', form)
  await untilJudged(portal)
  const row = await portal.db('abuse_reports').orderBy('id', 'desc').first()
  const [caseId, reportId] = [String(row.case_id), String(row.id)]
  return { caseId, reportId, write: `/staff/cases/${caseId}/reports/${reportId}/write` }
}

const clockOf = async (caseId: string) => {
  const row = await portal.db('abuse_cases').where({ id: caseId }).first()
  return row.clock_left_ms === null ? 'runs' : 'paused'
}

const ask = (visitor: Visitor, path: string, words = secret) =>
  visitor.post(path, { words, asks: 'on' })

test('What staff write stands on a page alone, and no mail carries it.', async () => {
  const { write, caseId } = await report()
  const sent = await ask(ada.visitor, write)
  assert.deepEqual([sent.status, sent.location], [303, write], sent.errors.join())
  assert.equal(await clockOf(caseId), 'paused')
  const mail = await awaitText(portal, reader, /\/words\/report\//)
  assert.ok(!mail.text.includes('program') && /A question about your report/.test(mail.subject))
  const path = /\/words\/report\/[\w-]+/.exec(mail.text)?.[0] ?? ''
  const outside = portal.visitor()
  const page = await outside.get(path)
  assert.ok(page.html.includes(secret) && !page.html.includes('ada.analyst'), 'no name of staff')
  const progress = await outside.get(path.replace('/words/report/', '/report/progress/'))
  assert.ok(progress.html.includes(`href="${path}"`))
  assert.deepEqual((await outside.post(path, { answer: ' ' })).errors, ['answer.missing'])
  assert.equal((await outside.post(path, { answer: 'With Outlook.' })).location, path)
  assert.equal(await clockOf(caseId), 'runs')
  const link = new RegExp(`/staff/cases/${caseId}$`, 'm')
  const notice = await awaitText(portal, `ada.analyst@${ourDomain}`, link)
  assert.doesNotMatch(notice.text, /Outlook|R-/)
  assert.match((await ada.visitor.get(write)).html, /With Outlook\./)
  assert.match((await ada.visitor.get(`/staff/cases/${caseId}`)).html, /The reporter answered/)
})

test('Words to a reporter name no mailbox that the reporter does not know.', async () => {
  const { write, caseId } = await report()
  const person = await arrive(portal)
  const address = `${person.login}@${ourDomain}`
  const joined = await attributeCase(portal.parts.desk, caseId, ada.id, address)
  assert.equal(joined.kind, 'attributed')
  const named = await ada.visitor.post(write, { words: `It was ${address.toUpperCase()}.` })
  assert.deepEqual(named.errors, ['words.names-mailbox'])
  const unfilled = await ada.visitor.post(write, { words: 'Your report {reference}.' })
  assert.deepEqual(unfilled.errors, ['words.unfilled'])
})

test('No template for a reporter has a variable that names the mailbox.', async () => {
  assert.deepEqual(findUnknown('reporter', 'About {mailbox}, {measure} and {until'), [
    'mailbox',
    'measure',
    '{',
  ])
  assert.deepEqual(findUnknown('owner', variables.owner.map((name) => `{${name}}`).join()), [])
  const texts = { be: 'Скарга {reference}', ru: 'Жалоба {reference}', de: 'Meldung {mailbox}' }
  const form = { name: 'Thanks', ...texts, en: 'We read your report {reference} of {received}.' }
  const from = '/staff/templates/new?audience=reporter'
  const save = (more: object = {}) => {
    const fields = { audience: 'reporter', ...form, ...more }
    return bela.visitor.post('/staff/templates/new', fields, { from })
  }
  const refused = await save()
  assert.deepEqual(refused.errors, ['de.unknown'])
  await save({ de: 'Meldung {reference}' })
  const again = await save({ de: 'Meldung' })
  assert.deepEqual(again.errors, ['name.taken'])
  const template = await portal.db('desk_templates').where({ name: 'Thanks' }).first()
  const { write, reportId } = await report()
  const { reference } = await portal.db('abuse_reports').where({ id: reportId }).first()
  const { html } = await ada.visitor.get(`${write}?template=${template.id}`)
  assert.match(html, new RegExp(`We read your report ${reference} of \\d+\\s\\w+\\s\\d{4}`))
})

test('Staff who took part in a measure write nothing to its owner while an appeal waits.', async () => {
  const person = await equip(portal)
  await reportLetter(portal, { ...person, kind: 'spam' })
  const { desk } = portal.parts
  const caseId = await caseOf(portal, person.accountId)
  const about = { accountId: person.accountId, caseId, cause: 'spam', until: null } as const
  const wanted = { ...about, measure: 'suspend-sending' } as const
  const taken = await takeMeasure(desk, wanted, { staffId: ada.id, right: 'senior' })
  assert.ok(taken.kind === 'taken')
  const write = `/staff/measures/${taken.measure.id}/write`
  assert.equal((await ada.visitor.get(write)).status, 200)
  const appealId = await appealAgainst(portal, taken.measure.id)
  assert.equal((await ada.visitor.get(write)).status, 403)
  const appealPage = await bela.visitor.get(`/staff/appeals/${appealId}`)
  assert.ok(appealPage.html.includes(`href="${write}"`))
  assert.equal((await ask(bela.visitor, write, 'Who else has the password?')).location, write)
  const mail = await awaitText(portal, person.address, /\/words\/appeal\//)
  assert.doesNotMatch(mail.text, /Who else/)
  const path = /\/words\/appeal\/[\w-]+/.exec(mail.text)?.[0] ?? ''
  const owner = portal.visitor()
  assert.match((await owner.get(path)).html, /Who else has the password/)
  const linked = [path.replace('/words/appeal/', '/appeal/'), '/blocked']
  for (const page of linked)
    assert.ok((await person.browser.get(page)).html.includes(`href="${path}"`), page)
  assert.equal((await owner.post(path, { answer: 'Nobody.' })).location, path)
  assert.match((await bela.visitor.get(write)).html, /Nobody\./)
  const { desk_words: words } = await portal.parts.life.export(portal.db, person.accountId)
  assert.deepEqual(
    (words as { written_by: string; text: string }[]).map((each) => [each.written_by, each.text]),
    [
      ['staff', 'Who else has the password?'],
      ['owner', 'Nobody.'],
    ],
  )
})

test('A question is answered once, and only while it waits.', async () => {
  const answers = (reportId: string) =>
    portal.db('desk_words').where({ report_id: reportId, by_staff: null })
  const { write, caseId, reportId } = await report()
  const path = `/words/report/${progressTokenOf(portal.parts, reportId)}`
  assert.equal((await portal.visitor().get(path)).status, 404, 'nothing was written')
  const [one, other] = [portal.visitor(), portal.visitor()]
  await ask(ada.visitor, write)
  assert.deepEqual((await ask(ada.visitor, write, 'And when?')).errors, ['asks.waits'])
  const tokens = await Promise.all([one.token(path), other.token(path)])
  const send = (visitor: Visitor, nth: number, to = path) =>
    visitor.send(to, `_csrf=${tokens[nth]}&answer=Number${nth}`, {
      'content-type': 'application/x-www-form-urlencoded',
    })
  await Promise.all([send(one, 0), send(other, 1)])
  assert.equal((await answers(reportId)).length, 1)
  const closed = await report()
  await ask(bela.visitor, closed.write, 'And where?')
  await closeCase(portal.parts.desk, closed.caseId, bela.id, 'no-breach')
  const link = `/words/report/${progressTokenOf(portal.parts, closed.reportId)}`
  assert.equal((await send(one, 0, link)).location, link)
  assert.deepEqual(await answers(closed.reportId), [], 'the case is closed')
  await ask(ada.visitor, write, 'And when?')
  assert.equal(await clockOf(caseId), 'paused')
  portal.clock.advance(8 * msPerDay)
  assert.equal((await send(one, 0)).status, 303)
  await Promise.all([lapseQuestions(portal.parts.desk), lapseQuestions(portal.parts.desk)])
  assert.equal((await answers(reportId)).length, 1, 'its time is over')
  assert.equal(await clockOf(caseId), 'runs')
})
