// Whom reports count as, what they weigh, and how letters are told apart.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { listAudit } from '#server/desk/audit/store.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { takeMeasure } from '#server/desk/measures/take-measure.ts'
import { readRecord } from '#server/desk/reporters/record-store.ts'
import { weightOf } from '#server/desk/reporters/weight.ts'
import { findReport } from '#server/desk/reports/report-store.ts'
import { type NewReport, takeReport } from '#server/desk/reports/take-report.ts'
import { ourDomain, sendLetter, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { awaitSent } from '#test/support/messages/outbox.ts'
import { arrive, type Person } from '#test/support/people.ts'

let ada: StaffMember
const portal = useAbusePortal(
  { env: { MEASURES_WITHOUT_SECOND_PERSON: '1000' } },
  async (portal) => {
    ada = await enrolStaff(portal, 'ada.a', 'senior')
  },
)

type Sender = Person & { readonly accountId: string }

const letterOf = ({ accountId, login }: Sender, more: { subject?: string; body?: string } = {}) =>
  sendLetter(portal.keyring, { accountId, from: `${login}@${ourDomain}`, ...more })

/** Takes a report, and waits until it is in a case. */
async function report(source: string | null, more: Partial<NewReport> = {}) {
  const taken = await takeReport(portal.parts.desk, {
    channel: 'form',
    kind: 'spam',
    how: source === null ? 'none' : 'source',
    source,
    sender: null,
    reporter: null,
    note: '',
    locale: 'en',
    network: '192.0.2.1',
    acknowledge: false,
    ...more,
  })
  await untilJudged(portal)
  const found = await findReport(portal.db, portal.keyring, taken.id)
  assert.ok(found?.caseId)
  return { ...found, caseId: found.caseId, token: taken.progressToken }
}

const caseRow = (id: string) => portal.db('abuse_cases').where({ id }).first()
const close = (id: string, outcome: Parameters<typeof closeCase>[3]) =>
  closeCase(portal.parts.desk, id, ada.id, outcome)

const suspend = async ({ accountId }: Sender, caseId: string) => {
  const wanted = {
    accountId,
    caseId,
    measure: 'suspend-sending',
    cause: 'spam',
    until: new Date(portal.clock.now().getTime() + msPerDay),
  } as const
  const taken = await takeMeasure(portal.parts.desk, wanted, { staffId: ada.id, right: 'senior' })
  assert.equal(taken.kind, 'taken')
}

test('ten typed addresses from one network are one person', async () => {
  const sender = await arrive(portal)
  let caseId = ''
  for (let n = 0; n < 10; n += 1) {
    const reporter = `made.up.${n}@elsewhere.example`
    caseId = (await report(await letterOf(sender), { reporter })).caseId
  }
  const typed = await caseRow(caseId)
  assert.deepEqual([typed.report_count, typed.reporter_count, typed.severity], [10, 1, 1])
  for (let n = 0; n < 3; n += 1)
    await report(await letterOf(sender), {
      reporter: `true.${n}@elsewhere.example`,
      confirmed: true,
    })
  const confirmed = await caseRow(caseId)
  assert.deepEqual([confirmed.reporter_count, confirmed.severity], [4, 2])
})

test('a typed address is a person only after its reader has confirmed it', async () => {
  const sender = await arrive(portal)
  const olga = { reporter: 'olga@elsewhere.example', acknowledge: true }
  const letter = await letterOf(sender)
  const { caseId } = await report(letter, olga)
  const repeated = await report(letter, olga)
  await report(await letterOf(sender), { reporter: 'ivan@elsewhere.example' })
  assert.equal((await caseRow(caseId)).reporter_count, 1)
  const [mail] = await awaitSent(portal, olga.reporter, 2)
  const path = /\/report\/confirm\/[\w-]+/.exec(mail?.text ?? '')?.[0] ?? ''
  assert.ok((mail?.text ?? '').includes(`/report/progress/${repeated.token}`))
  const reader = portal.visitor()
  const page = await reader.get(path)
  assert.equal(page.page, 'report-confirm')
  assert.equal(
    (await caseRow(caseId)).reporter_count,
    1,
    'a scanner that opens it confirms nothing',
  )
  const answers = await Promise.all([
    reader.post(path, {}, { from: path }),
    reader.post(path, {}, { from: path }),
  ])
  assert.deepEqual(
    answers.map(({ status, location }) => [status, location]),
    [
      [303, path],
      [303, path],
    ],
  )
  const found = await caseRow(caseId)
  assert.deepEqual([found.reporter_count, found.weight_shift], [2, 0])
  assert.match((await reader.get(path)).html, /counts as yours/)
  const progress = `/report/confirm/${repeated.token}`
  assert.equal(
    (await reader.get(progress)).status,
    404,
    'the link of the page is no link of the mail',
  )
})

test('analysts know a reporter by a pseudonym', async () => {
  const zoya = { reporter: 'zoya.private@elsewhere.example', confirmed: true }
  const one = await report(await letterOf(await arrive(portal)), zoya)
  await close(one.caseId, 'measure-taken')
  const own = await report(await letterOf({ ...ada, accountId: ada.id }), zoya)
  await close(own.caseId, 'no-breach')
  const urgent = await report(await letterOf(await arrive(portal)), { ...zoya, kind: 'emergency' })
  await close(urgent.caseId, 'no-breach')
  const other = await report(await letterOf(await arrive(portal)), zoya)
  const caseOf = await ada.visitor.get(`/staff/cases/${other.caseId}?lang=en`)
  const [, name] = /\/reporter">(P-\w{4}-\w{4})<\/a>, right in 1 of 1/.exec(caseOf.html) ?? []
  assert.ok(name, 'nothing of her own case and of an emergency is counted for the viewer')
  const path = `/staff/cases/${other.caseId}/reports/${other.id}/reporter`
  const history = await ada.visitor.get(path)
  assert.equal(history.page, 'staff-reporter')
  assert.ok(history.html.includes(name) && history.html.includes(one.reference))
  for (const { reference } of [own, urgent]) assert.ok(!history.html.includes(reference))
  for (const { html } of [caseOf, history]) assert.doesNotMatch(html, /zoya/)
  const [look] = await listAudit(portal.db, { action: 'reporter.viewed' }, 1)
  assert.deepEqual([look?.staffId, look?.caseId, look?.subject], [ada.id, other.caseId, other.id])
  const elsewhere = path.replace(`cases/${other.caseId}`, `cases/${one.caseId}`)
  assert.equal((await ada.visitor.get(elsewhere)).status, 404)
})

test('letters without a readable sender share no case, unless they are the same letter', async () => {
  const nameless = (body: string) => `Subject: Win\r\nDate: today\r\n\r\n${body}`
  const one = await report(nameless('Send money.'))
  const other = await report(nameless('Send a photo.'))
  const again = await report(nameless('Send money.'), { network: '192.0.2.2' })
  assert.notEqual(one.caseId, other.caseId)
  assert.equal(again.caseId, one.caseId)
  const words = [
    await report(null, { note: 'He calls.' }),
    await report(null, { note: 'He shouts.' }),
  ]
  assert.notEqual(words[0]?.caseId, words[1]?.caseId)
})

test('letters without a Message-ID are told apart by their body', async () => {
  const from = (body: string) => `From: one@bad.example\r\nSubject: x\r\n\r\n${body}`
  const one = await report(from('Send money.'))
  const other = await report(from('I know where you live.'), { kind: 'threats' })
  assert.deepEqual([one.duplicateOf, other.duplicateOf], [null, null])
  assert.equal((await report(from('Send  money.'))).duplicateOf, one.id)
})

test('a duplicate of a worse kind raises its case, and opens one if that is closed', async () => {
  const from = `two@${ourDomain}`
  const letter = `From: ${from}\r\nMessage-ID: <two@bad.example>\r\n\r\nx`
  const { caseId, id } = await report(letter, { sender: from })
  const worse = await report(letter, { kind: 'fraud' })
  assert.deepEqual([worse.caseId, worse.duplicateOf], [caseId, id])
  const raised = await caseRow(caseId)
  assert.deepEqual([raised.kinds, raised.report_count], [['spam', 'fraud'], 1])
  await close(caseId, 'not-enough')
  const milder = await report(letter, { kind: 'other' })
  assert.deepEqual([milder.caseId, milder.outcome], [caseId, 'not-enough'])
  const worst = await report(letter, { kind: 'threats' })
  assert.notEqual(worst.caseId, caseId)
  assert.equal(worst.outcome, null)
  const repeated = await report(letter, { kind: 'threats' })
  assert.equal(repeated.caseId, worst.caseId)
  assert.equal((await caseRow(worst.caseId)).report_count, 1)
})

test('a letter judged harmless opens no more than a low case, until it is judged otherwise', async () => {
  const sender = await arrive(portal)
  const letter = await letterOf(sender, { body: 'Our newsletter.' })
  const phishing = { kind: 'phishing' } as const
  const first = await report(letter, phishing)
  assert.equal((await caseRow(first.caseId)).severity, 2)
  await close(first.caseId, 'no-breach')
  const later = await report(letter, { ...phishing, network: '192.0.2.3' })
  assert.notEqual(later.caseId, first.caseId)
  assert.ok(later.harmless)
  const low = await caseRow(later.caseId)
  assert.deepEqual([low.severity, low.kinds], [0, []])
  assert.ok(
    low.severity_reasons.some(({ code }: { code: string }) => code === 'held-down-harmless'),
  )
  const changed = await letterOf(sender, { body: 'Our newsletter. Your card, please.' })
  const another = await report(changed, { ...phishing, network: '192.0.2.3' })
  assert.deepEqual([another.caseId, another.harmless], [later.caseId, false])
  assert.equal((await caseRow(later.caseId)).severity, 2, 'another letter counts in full')
  await close(later.caseId, 'measure-taken')
  assert.equal((await report(letter, { ...phishing, network: '192.0.2.4' })).harmless, false)
})

test('no outcome denies a measure of the same case that is in force', async () => {
  const sender = await arrive(portal)
  const { caseId } = await report(await letterOf(sender))
  await suspend(sender, caseId)
  for (const outcome of ['no-breach', 'not-ours', 'not-enough'] as const)
    assert.equal(await close(caseId, outcome), 'contradicts')
  const page = await ada.visitor.post(
    `/staff/cases/${caseId}/close`,
    { outcome: 'no-breach' },
    { from: `/staff/cases/${caseId}` },
  )
  assert.deepEqual([page.status, page.errors], [422, ['outcome.contradicts']])
  assert.equal(await close(caseId, 'measure-taken'), 'closed')
})

test('a closed case that gets a measure tells its reporters, even if both come at once', async () => {
  const reporter = 'patient@elsewhere.example'
  for (let round = 0; round < 4; round += 1) {
    const sender = await arrive(portal)
    const found = await report(await letterOf(sender), { reporter, acknowledge: round === 0 })
    const closing = () => close(found.caseId, 'no-breach')
    if (round === 0) {
      assert.equal(await closing(), 'closed')
      const [mail] = await awaitSent(portal, reporter, 2)
      assert.match(mail?.text ?? '', /found nothing against our rules/)
      await suspend(sender, found.caseId)
      const [second] = await awaitSent(portal, reporter, 3)
      assert.match(second?.text ?? '', /right after all/)
    } else await Promise.all([closing(), suspend(sender, found.caseId)])
    const { outcome } = await caseRow(found.caseId)
    assert.ok(outcome === null || outcome === 'measure-taken', outcome)
    const row = await portal.db('abuse_reports').where({ id: found.id }).first('outcome')
    assert.equal(row.outcome, outcome)
  }
})

test("a reporter's record weighs reports, and never silences them", async () => {
  assert.equal(weightOf({ judged: 0, confirmed: 0 }), 100)
  assert.ok(weightOf({ judged: 100, confirmed: 100 }) <= 200)
  assert.ok(weightOf({ judged: 100, confirmed: 0 }) >= 25)
  const reliable = {
    reporter: 'reliable@elsewhere.example',
    confirmed: true,
    kind: 'spam',
  } as const
  for (let n = 0; n < 3; n += 1) {
    const sender = await arrive(portal)
    const { caseId } = await report(await letterOf(sender), reliable)
    await close(caseId, 'measure-taken')
  }
  const { personDigest } = await report(await letterOf(await arrive(portal)), reliable)
  assert.deepEqual(await readRecord(portal.db, personDigest), { judged: 3, confirmed: 3 })
  const sender = await arrive(portal)
  const { caseId } = await report(await letterOf(sender), reliable)
  await report(await letterOf(sender), { ...reliable, reporter: 'new@elsewhere.example' })
  const found = await caseRow(caseId)
  assert.deepEqual([found.reporter_count, found.weight_shift], [2, 60])
})
