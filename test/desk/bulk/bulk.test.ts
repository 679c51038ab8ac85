// One decision about many cases.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerMinute } from '#server/core/durations.ts'
import type { BulkDecision } from '#server/desk/bulk/decisions.ts'
import { writeShown } from '#server/desk/bulk/effects.ts'
import { readFacts } from '#server/desk/bulk/facts-store.ts'
import { listItems } from '#server/desk/bulk/item-store.ts'
import { approveRun, makeRun, refuseRun, sendRun, undoRun } from '#server/desk/bulk/make-run.ts'
import { undoCases } from '#server/desk/bulk/undo-cases.ts'
import { settleRun, workOnRun } from '#server/desk/bulk/work-on-run.ts'
import { claimCase } from '#server/desk/claims/claim-case.ts'
import type { Actor } from '#server/desk/measures/measure-rules.ts'
import { findInForce } from '#server/desk/measures/measure-store.ts'
import type { ReportKind } from '#server/desk/reports/report-kind.ts'
import { revokeRole } from '#server/desk/staff/store.ts'
import { underLock } from '#test/support/account-lock.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, giveRole, type StaffMember } from '#test/support/desk/staff.ts'
import { sentTo } from '#test/support/messages/outbox.ts'
import { arrive } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

let ada: StaffMember
let bela: StaffMember
const long = '100000'
const env = {
  STAFF_IDLE_MINUTES: long,
  SESSION_IDLE_MINUTES: long,
  SESSION_MAX_HOURS: long,
  BULK_WITHOUT_SECOND_PERSON: '3',
}
const portal = useAbusePortal({ env }, async (portal) => {
  ada = await enrolStaff(portal, 'ada.a', 'analyst')
  bela = await enrolStaff(portal, 'bela.b', 'analyst')
})

const by = (member: StaffMember): Actor => ({ staffId: member.id, right: 'analyst' })

async function newCase(kind: ReportKind = 'spam', reporter?: string) {
  const person = await arrive(portal)
  await reportLetter(portal, { ...person, kind, ...(reporter ? { reporter } : {}) })
  return { id: await caseOf(portal, person.accountId), ...person }
}
const newCases = async (count: number) => {
  const all = []
  for (let n = 0; n < count; n += 1) all.push(await newCase())
  return all
}
const stateOf = async (id: string) => {
  const row = await portal.db('abuse_cases').where({ id }).first('outcome', 'closed_by')
  return row.outcome ?? 'open'
}
const runState = async (id: string) =>
  (await portal.db('bulk_runs').where({ id }).first('state')).state as string
const untilState = (id: string, state: string) =>
  eventually(async () => (await runState(id)) === state)
const resultsOf = async (id: string) =>
  Object.fromEntries((await listItems(portal.db, id)).map((item) => [item.caseId, item.result]))

const choiceOf = (decision: BulkDecision) => ({ decision, cause: 'spam', days: 7 }) as const
let forms = 0
async function makeOf(decision: BulkDecision, ids: readonly string[], maker = ada) {
  const { desk } = portal.parts
  forms += 1
  const form = Buffer.from(`form ${forms}`)
  const id = await makeRun(desk, choiceOf(decision), ids, maker.id, form)
  const facts = await readFacts(portal.db, portal.keyring, ids, maker.id)
  return { id, shown: writeShown(choiceOf(decision), facts) }
}
async function sendOf(decision: BulkDecision, ids: readonly string[]) {
  const { id, shown } = await makeOf(decision, ids)
  assert.equal(await sendRun(portal.parts.desk, id, by(ada), shown), 'running')
  await untilState(id, 'done')
  return id
}

test('a page shows what one decision does to each case, and just that is done', async () => {
  const [free, taken, left] = (await newCases(3)).map(({ id }) => id)
  assert.ok(free && taken && left)
  await claimCase(portal.parts.desk, taken, bela.id)
  const { visitor } = ada
  const _csrf = await visitor.token('/staff/cases')
  const body = new URLSearchParams([
    ['_csrf', _csrf],
    ['tab', 'open'],
    ['decision', 'no-breach'],
    ...[free, taken, left].map((id): [string, string] => ['cases', id]),
  ])
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  const made = await visitor.send('/staff/bulk', body.toString(), type)
  const again = await visitor.send('/staff/bulk', body.toString(), type)
  assert.deepEqual([made.status, again.location], [303, made.location])
  const here = made.location ?? ''
  const { html } = await visitor.get(`${here}?lang=en`)
  assert.match(html, /is closed: <strong>2</)
  assert.match(html, /left alone: somebody else has it: <strong>1</)
  assert.match(html, /You have won a prize/)
  assert.deepEqual([await stateOf(free), await stateOf(left)], ['open', 'open'])
  assert.equal((await bela.visitor.get(here)).status, 404, 'a draft is seen by its maker alone')
  const shown = /name="shown" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const sent = await visitor.post(`${here}/send`, { shown, skip: left }, { from: here })
  assert.equal(sent.location, here)
  const id = here.split('/').at(-1) ?? ''
  await untilState(id, 'done')
  assert.deepEqual(await resultsOf(id), {
    [free]: 'closes',
    [taken]: 'claimed',
    [left]: 'left-out',
  })
  assert.deepEqual(
    [await stateOf(free), await stateOf(taken), await stateOf(left)],
    ['no-breach', 'open', 'open'],
  )
  assert.match((await visitor.get(`${here}?lang=en`)).html, /Can be undone until/)
})

test('a list is decided as it is filtered, and a decision without cases is refused', async () => {
  const ids = [(await newCase('malware')).id, (await newCase('malware')).id]
  const { visitor } = ada
  const list = { tab: 'open', kind: 'malware' }
  const from = { from: '/staff/cases' }
  const none = await visitor.post('/staff/bulk', { ...list, decision: 'no-breach' }, from)
  assert.deepEqual([none.status, none.errors, none.page], [422, ['cases.none'], 'staff-queue'])
  const form = { ...list, all: 'on', decision: 'suspend-sending', days: '7', cause: '' }
  const refused = await visitor.post('/staff/bulk', form, from)
  assert.deepEqual([refused.status, refused.errors], [422, ['cause.missing']])
  const made = await visitor.post('/staff/bulk', { ...form, cause: 'malware' }, from)
  const items = await listItems(portal.db, made.location?.split('/').at(-1) ?? '')
  assert.deepEqual(items.map(({ caseId }) => caseId).toSorted(), ids.toSorted())
})

test('one decision about many cases takes a measure against each sender, and closes the case', async () => {
  const [first, second] = await newCases(2)
  assert.ok(first && second)
  const id = await sendOf('suspend-sending', [first.id, second.id])
  for (const each of [first, second]) {
    const measure = await findInForce(portal.db, each.accountId)
    assert.deepEqual([measure?.measure, measure?.caseId], ['suspend-sending', each.id])
    assert.equal(await stateOf(each.id), 'measure-taken')
  }
  assert.equal(await undoRun(portal.parts.desk, id, by(ada)), true)
  await untilState(id, 'undone')
  for (const each of [first, second]) {
    assert.equal(await findInForce(portal.db, each.accountId), undefined)
    assert.equal(await stateOf(each.id), 'open')
  }
})

test('reporters are answered only when a decision about many cases cannot be undone any more', async () => {
  const { desk } = portal.parts
  const one = await newCase('spam', 'reader.one@elsewhere.example')
  const two = await newCase('spam', 'reader.two@elsewhere.example')
  await portal
    .db('abuse_reports')
    .whereIn('case_id', [one.id, two.id])
    .update({ answer_locale: 'en' })
  const [kept, undone] = [await sendOf('no-breach', [one.id]), await sendOf('not-enough', [two.id])]
  const row = await portal.db('abuse_reports').where({ case_id: one.id }).first('outcome')
  assert.equal(row.outcome, null, 'the page of a reporter does not run ahead')
  assert.equal(await undoRun(desk, undone, by(ada)), true)
  assert.equal(await undoRun(desk, undone, by(ada)), true, 'a second click is answered alike')
  await untilState(undone, 'undone')
  portal.clock.advance(61 * msPerMinute)
  assert.equal(await undoRun(desk, kept, by(ada)), false)
  for (const id of [kept, kept, undone]) await settleRun(desk, id)
  assert.deepEqual([await runState(kept), await runState(undone)], ['settled', 'undone'])
  await eventually(async () => (await sentTo(portal, 'reader.one@elsewhere.example')).length === 1)
  assert.deepEqual(await sentTo(portal, 'reader.two@elsewhere.example'), [])
  assert.equal(await stateOf(two.id), 'open')
})

test('a case stays closed if a newer one took its place before the decision was undone', async () => {
  const { id, ...person } = await newCase()
  const run = await sendOf('no-breach', [id])
  await reportLetter(portal, { ...person, kind: 'phishing', subject: 'Another' })
  assert.notEqual(await caseOf(portal, person.accountId), id)
  await undoRun(portal.parts.desk, run, by(ada))
  await untilState(run, 'undone')
  const [item] = await listItems(portal.db, run)
  assert.deepEqual([item?.undone, await stateOf(id)], ['kept', 'no-breach'])
})

test('a decision about many cases leaves out what changed since its page was shown', async () => {
  const [same, other] = await newCases(2)
  assert.ok(same && other)
  const { id, shown } = await makeOf('no-breach', [same.id, other.id])
  await reportLetter(portal, { ...other, kind: 'phishing', subject: 'Worse' })
  await caseOf(portal, other.accountId)
  await sendRun(portal.parts.desk, id, by(ada), shown)
  await untilState(id, 'done')
  assert.deepEqual(await resultsOf(id), { [same.id]: 'closes', [other.id]: 'changed' })
  assert.equal(await stateOf(other.id), 'open')
})

test('nobody approves a decision about many cases that they made', async () => {
  const { desk } = portal.parts
  const ids = (await newCases(4)).map(({ id }) => id)
  const { id, shown } = await makeOf('no-breach', ids)
  assert.equal(await sendRun(desk, id, by(ada), shown), 'proposed')
  assert.equal(await approveRun(desk, id, by(ada), shown), false)
  assert.equal(await runState(id), 'proposed')
  const page = await bela.visitor.get(`/staff/bulk/${id}?lang=en`)
  assert.match(page.html, /Approve and do it/)
  // The second person leaves one out.
  const [spared = '', ...rest] = shown.split(' ')
  assert.equal(await approveRun(desk, id, by(bela), rest.join(' ')), true)
  assert.equal(await refuseRun(desk, id, by(ada)), false)
  await untilState(id, 'done')
  const results = await resultsOf(id)
  assert.equal(results[spared.split(':')[0] ?? ''], 'left-out')
  assert.equal(Object.values(results).filter((result) => result === 'closes').length, 3)
})

test('a decision about many cases counts only while those who made it have the right', async () => {
  const { desk } = portal.parts
  const carl = await enrolStaff(portal, 'carl.c', 'analyst')
  const ids = (await newCases(4)).map(({ id }) => id)
  const { id, shown } = await makeOf('no-breach', ids, carl)
  assert.equal(await sendRun(desk, id, by(carl), shown), 'proposed')
  await underLock(portal.db, carl.id, (trx) => revokeRole(trx, carl.id, 'analyst'))
  assert.equal(await approveRun(desk, id, by(bela), shown), true)
  await untilState(id, 'done')
  assert.deepEqual([...new Set(Object.values(await resultsOf(id)))], ['no-right'])
  assert.deepEqual(await Promise.all(ids.map(stateOf)), ['open', 'open', 'open', 'open'])
})

test('a decision about many cases that two workers carry out at once is done once', async () => {
  const { desk } = portal.parts
  const ids = (await newCases(3)).map(({ id }) => id)
  const { id, shown } = await makeOf('suspend-sending', ids)
  const send = () => sendRun(desk, id, by(ada), shown)
  assert.deepEqual(await Promise.all([send(), send()]), ['running', 'running'])
  await Promise.all([workOnRun(desk, id), workOnRun(desk, id), workOnRun(desk, id)])
  assert.equal(await runState(id), 'done')
  const closings = await portal
    .db('abuse_case_entries')
    .whereIn('case_id', ids)
    .whereIn('event', ['closed', 'measure-taken'])
  assert.equal(closings.length, 6)
  await undoRun(desk, id, by(ada))
  await Promise.all([undoCases(desk, id), undoCases(desk, id)])
  assert.deepEqual(await Promise.all(ids.map(stateOf)), ['open', 'open', 'open'])
})

test('a decision about many cases holds and shows nothing about the mailbox of who looks', async () => {
  const about = await arrive(portal)
  await giveRole(portal, about.login, 'analyst')
  await reportLetter(portal, about)
  const own = await caseOf(portal, about.accountId)
  const ids = [own, ...(await newCases(3)).map(({ id }) => id)]
  const form = Buffer.from('of the own mailbox')
  const { desk } = portal.parts
  const theirs = await makeRun(desk, choiceOf('no-breach'), ids, about.accountId, form)
  assert.equal(
    (await listItems(portal.db, theirs)).some(({ caseId }) => caseId === own),
    false,
  )
  const { id, shown } = await makeOf('no-breach', ids)
  await sendRun(desk, id, by(ada), shown)
  const facts = await readFacts(portal.db, portal.keyring, ids, about.accountId)
  const seen = writeShown(choiceOf('no-breach'), facts)
  await approveRun(desk, id, { staffId: about.accountId, right: 'analyst' }, `${seen} ${shown}`)
  await untilState(id, 'done')
  assert.equal((await resultsOf(id))[own], 'changed')
  assert.equal(await stateOf(own), 'open')
})

test('measures of decisions that are under way count towards what one person takes alone', async () => {
  const { desk } = portal.parts
  await portal.parts.desk.db('bulk_runs').insert({
    state: 'running',
    decision: 'limit-sending',
    case_count: 0,
    made_by: bela.id,
    made_at: portal.clock.now(),
  })
  const [run] = await portal.db('bulk_runs').where({ made_by: bela.id }).select('id')
  const ids = (await newCases(2)).map(({ id }) => id)
  const waiting = await portal.db('abuse_cases').limit(20).select('id')
  await portal
    .db('bulk_items')
    .insert(waiting.map(({ id }) => ({ run_id: run.id, case_id: id, shown: 'seen' })))
  const { id, shown } = await makeOf('limit-sending', ids, bela)
  assert.equal(await sendRun(desk, id, by(bela), shown), 'proposed')
  assert.equal(await refuseRun(desk, id, by(bela)), true)
})
