// What must happen once, when it comes many times at once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isAway } from '#db/away.ts'
import { StaleProof } from '#server/core/faults.ts'
import { signToken } from '#server/core/keys/signed-token.ts'
import { decideAppeal } from '#server/desk/appeals/decide-appeal.ts'
import { makeAppeal } from '#server/desk/appeals/make-appeal.ts'
import { listAudit, verifyAudit } from '#server/desk/audit/store.ts'
import { attributeCase } from '#server/desk/cases/attribute-case.ts'
import { showCase } from '#server/desk/cases/show-case.ts'
import { closeCase, noteOnCase } from '#server/desk/cases/work-on-case.ts'
import { claimCase, releaseCase } from '#server/desk/claims/claim-case.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import type { WantedMeasure } from '#server/desk/measures/measure-rules.ts'
import { findInForce, listMeasures } from '#server/desk/measures/measure-store.ts'
import { approveMeasure } from '#server/desk/measures/proposals/decide-proposal.ts'
import { liftMeasure, takeMeasure } from '#server/desk/measures/take-measure.ts'
import { judgeReport } from '#server/desk/reports/judge-report.ts'
import { intakeMail } from '#server/desk/reports/mail/intake-mail.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { proofNow } from '#test/support/account-lock.ts'
import { ourDomain, sendLetter, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { giveRole } from '#test/support/desk/staff.ts'
import { accountIdOf, register } from '#test/support/people.ts'

const ids: Record<string, string> = {}
const password = 'a long password of these tests'
const people = [
  'sender.one',
  'sender.two',
  'sender.three',
  'sender.four',
  'ada.analyst',
  'bela.senior',
  'celia.senior',
]
const portal = useAbusePortal({ env: { MEASURES_WITHOUT_SECOND_PERSON: '3' } }, async (portal) => {
  for (const login of people) {
    await register(portal, { login, password })
    ids[login] = await accountIdOf(portal, login)
  }
  await giveRole(portal, 'ada.analyst', 'analyst')
})

const idOf = (login: string) => ids[login] ?? ''
const times = <T>(count: number, work: (n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)))

const reportOf = (
  source: string | null,
  reporter: string | null,
  sender = `sender.one@${ourDomain}`,
) => ({
  channel: 'form' as const,
  kind: 'spam' as const,
  how: source === null ? ('none' as const) : ('source' as const),
  source,
  sender,
  reporter,
  confirmed: true,
  note: '',
  locale: 'en' as const,
  network: '192.0.2.1',
  acknowledge: true,
})

const openCaseOf = async (login: string) => {
  const rows = await portal
    .db('abuse_cases')
    .where({ account_id: idOf(login) })
    .whereNull('closed_at')
  assert.equal(rows.length, 1)
  return rows[0]
}

const measure = (
  login: string,
  name: WantedMeasure['measure'],
  until: Date | null = null,
): WantedMeasure => ({
  accountId: idOf(login),
  caseId: null,
  measure: name,
  cause: 'spam',
  until,
})
const ada = () => ({ staffId: idOf('ada.analyst'), right: 'analyst' as const })
const bela = () => ({ staffId: idOf('bela.senior'), right: 'senior' as const })
const celia = () => ({ staffId: idOf('celia.senior'), right: 'senior' as const })

/** Tries again if a busy machine has no database connection left, as people do. */
async function patiently<T>(work: () => Promise<T>, tries = 10): Promise<T> {
  try {
    return await work()
  } catch (fault) {
    if (tries > 1 && isAway(fault)) return await patiently(work, tries - 1)
    throw fault
  }
}

test('fifty reports about one account at once make one case with each reporter once', async () => {
  const { desk } = portal.parts
  const from = `sender.one@${ourDomain}`
  await times(50, async (n) => {
    const letter = await sendLetter(portal.keyring, {
      accountId: idOf('sender.one'),
      from,
      name: `many.${n}`,
    })
    await patiently(() => takeReport(desk, reportOf(letter, `reader${n % 12}@elsewhere.example`)))
  })
  await untilJudged(portal, 60)
  const found = await openCaseOf('sender.one')
  assert.deepEqual([found.report_count, found.reporter_count], [50, 12])
})

test('one letter reported ten times by one person is one report', async () => {
  const { desk } = portal.parts
  const from = `sender.two@${ourDomain}`
  const letter = await sendLetter(portal.keyring, { accountId: idOf('sender.two'), from })
  const taken = await times(10, (n) =>
    takeReport(
      desk,
      reportOf(n % 2 ? letter : letter.replace(/^(?!\n)/gm, '> '), 'reader@elsewhere.example'),
    ),
  )
  await times(20, (n) => judgeReport(desk, taken[n % 10]?.id ?? ''))
  await untilJudged(portal)
  const found = await openCaseOf('sender.two')
  assert.deepEqual([found.report_count, found.reporter_count], [1, 1])
  const [counted] = await portal
    .db('abuse_reports')
    .where({ case_id: found.id })
    .whereNotNull('duplicate_of')
    .count('* as n')
  assert.equal(Number(counted?.n), 9)
})

test('a mail that arrives eight times at once is taken in once', async () => {
  const mail = [
    'From: Olga <olga@elsewhere.example>',
    `To: abuse@${ourDomain}`,
    'Subject: Fwd: prize',
    'Message-ID: <report.1@elsewhere.example>',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    'Content-Type: text/plain',
    '',
    'What is this?',
    '--x',
    'Content-Type: message/rfc822',
    '',
    await sendLetter(portal.keyring, {
      accountId: idOf('sender.two'),
      from: `sender.two@${ourDomain}`,
    }),
    '--x--',
    '',
  ].join('\r\n')
  const outcomes = await times(8, () => intakeMail(portal.parts.desk, Buffer.from(mail, 'latin1')))
  assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), [
    'again',
    'again',
    'again',
    'again',
    'again',
    'again',
    'again',
    'reports',
  ])
})

test('of two analysts who claim a case at once one gets it', async () => {
  const { desk } = portal.parts
  const { id } = await openCaseOf('sender.one')
  const claimants = ['ada.analyst', 'bela.senior', 'celia.senior']
  for (let round = 0; round < 5; round += 1) {
    const won = await Promise.all(
      claimants.map((login) => claimCase(desk, String(id), idOf(login))),
    )
    assert.equal(won.filter(Boolean).length, 1)
    const winner = claimants[won.indexOf(true)] ?? ''
    const loser = claimants[won.indexOf(false)] ?? ''
    assert.equal(
      await closeCase(desk, String(id), idOf(loser), 'no-breach'),
      'not-yours',
      'a claimed case is theirs',
    )
    assert.equal(await releaseCase(desk, String(id), idOf(loser)), false)
    assert.equal(await releaseCase(desk, String(id), idOf(winner)), true)
  }
})

test('a case is closed once, and a report at that moment joins it or opens a new one', async () => {
  const { desk } = portal.parts
  const { id } = await openCaseOf('sender.two')
  const letter = await sendLetter(portal.keyring, {
    accountId: idOf('sender.two'),
    from: `sender.two@${ourDomain}`,
  })
  const { id: reportId } = await takeReport(desk, reportOf(letter, 'late@elsewhere.example'))
  const [one, other] = await Promise.all([
    closeCase(desk, String(id), idOf('ada.analyst'), 'measure-taken'),
    closeCase(desk, String(id), idOf('bela.senior'), 'no-breach'),
    judgeReport(desk, reportId),
  ])
  assert.deepEqual([one, other].toSorted(), ['closed', 'not-yours'])
  await untilJudged(portal)
  const report = await portal.db('abuse_reports').where({ id: reportId }).first()
  const joined = await portal.db('abuse_cases').where({ id: report.case_id }).first()
  assert.ok(joined.closed_at === null || report.case_id === id)
})

test('of ten measures against one account at once one is in force', async () => {
  const { desk } = portal.parts
  const outcomes = await times(10, () =>
    patiently(() => takeMeasure(desk, measure('sender.three', 'suspend-sending'), celia())),
  )
  assert.equal(outcomes.filter(({ kind }) => kind === 'taken').length, 1)
  assert.ok(outcomes.every(({ kind }) => kind === 'taken' || kind === 'not-from-here'))
  const mailbox = await portal
    .db('mailboxes')
    .where({ account_id: idOf('sender.three') })
    .first()
  assert.equal(mailbox.suspension, 'send')
  const inForce = await findInForce(portal.db, idOf('sender.three'))
  const lifts = await times(5, () => liftMeasure(desk, inForce?.id ?? '', celia()))
  assert.equal(lifts.filter(({ kind }) => kind === 'lifted').length, 1)
})

test('more measures than allowed in a day need a second person, even all at once', async () => {
  const { desk } = portal.parts
  const logins = ['sender.one', 'sender.two', 'sender.three', 'sender.four', 'celia.senior']
  const outcomes = await Promise.all(
    logins.map((login) =>
      patiently(() => takeMeasure(desk, measure(login, 'suspend-sending'), ada())),
    ),
  )
  assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), [
    'proposed',
    'proposed',
    'taken',
    'taken',
    'taken',
  ])
  const proposed = outcomes.find(({ kind }) => kind === 'proposed')
  assert.ok(proposed && 'measure' in proposed)
  const { id, accountId } = proposed.measure
  assert.equal(
    (await portal.db('mailboxes').where({ account_id: accountId }).first()).suspension,
    'none',
  )
  assert.deepEqual(await approveMeasure(desk, id, { ...ada(), right: 'senior' }), {
    kind: 'not-yours',
  })
  const decided = await times(4, () => approveMeasure(desk, id, bela()))
  assert.equal(decided.filter(({ kind }) => kind === 'done').length, 1)
  assert.equal(
    (await portal.db('mailboxes').where({ account_id: accountId }).first()).suspension,
    'send',
  )
  assert.equal(
    (await listMeasures(portal.db, accountId)).filter(({ state }) => state === 'in-force').length,
    1,
  )
})

test('an appeal sent ten times at once is made once and decided once', async () => {
  const { desk } = portal.parts
  const login = (await findInForce(portal.db, idOf('sender.one'))) ? 'sender.one' : 'sender.two'
  const inForce = await findInForce(portal.db, idOf(login))
  assert.ok(inForce)
  const token = signToken(portal.keyring, appealPurpose, inForce.id)
  const made = await times(10, (n) => makeAppeal(desk, token, `It was not me, ${n}.`))
  const references = new Set(
    made.map((each) => (each.kind === 'made' ? each.appeal.reference : each.kind)),
  )
  assert.equal(references.size, 1)
  const [appeal] = await portal.db('appeals').where({ measure_id: inForce.id })
  const id = String(appeal.id)
  assert.equal((await decideAppeal(desk, id, { decision: 'lifted' }, ada())).kind, 'not-yours')
  const own = { staffId: idOf(login), right: 'senior' as const }
  assert.equal((await decideAppeal(desk, id, { decision: 'lifted' }, own)).kind, 'not-yours')
  const decided = await Promise.all([
    decideAppeal(desk, id, { decision: 'lifted' }, celia()),
    decideAppeal(desk, id, { decision: 'kept' }, celia()),
    decideAppeal(desk, id, { decision: 'kept' }, celia()),
  ])
  assert.equal(decided.filter(({ kind }) => kind === 'decided').length, 1)
})

test('a case without account is merged into the open case of the named account', async () => {
  const { desk } = portal.parts
  const taken = await takeReport(
    desk,
    reportOf(null, 'word@elsewhere.example', `sender.one@${ourDomain}`),
  )
  await untilJudged(portal)
  const { case_id: caseId } = await portal
    .db('abuse_reports')
    .where({ id: taken.id })
    .first('case_id')
  const view = await showCase(desk, String(caseId), idOf('ada.analyst'))
  assert.equal(view?.account, undefined, 'a name alone shows nothing')
  assert.equal(view?.namesake?.id, idOf('sender.one'))
  await noteOnCase(desk, String(caseId), idOf('ada.analyst'), 'The writing is his.')
  const before = await openCaseOf('sender.one')
  const outcomes = await times(3, () =>
    attributeCase(desk, String(caseId), idOf('ada.analyst'), `sender.one@${ourDomain}`),
  )
  // A second click gets the answer of the first; the case is joined once, as the count shows.
  assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), [
    'attributed',
    'attributed',
    'attributed',
  ])
  const joined = await openCaseOf('sender.one')
  assert.equal(joined.report_count, before.report_count + 1)
  const timeline = (await showCase(desk, String(joined.id), idOf('ada.analyst')))?.timeline ?? []
  assert.ok(timeline.some(({ note }) => note === 'The writing is his.'))
})

test('the audit is one chain in which a changed or missing entry shows', async () => {
  for await (const broken of verifyAudit(portal.db, portal.keyring))
    assert.fail(JSON.stringify(broken))
  const entries = await listAudit(portal.db, {}, 500)
  assert.ok(entries.length > 10)
  const faults = async (tamper: string) => {
    const found: string[] = []
    await portal.db
      .transaction(async (trx) => {
        // Only the owner of the table can disable its triggers.
        await trx.raw('alter table audit disable trigger user')
        await trx.raw(tamper)
        for await (const { fault } of verifyAudit(trx, portal.keyring)) found.push(fault)
        throw new Error('put back')
      })
      .catch((fault) => assert.equal(fault.message, 'put back'))
    return found
  }
  assert.deepEqual(await faults("update audit set subject = 'x' where position = 2"), ['changed'])
  assert.ok((await faults('delete from audit where position = 3')).includes('missing'))
  assert.ok(
    (await faults('delete from audit where position = (select max(position) from audit)')).includes(
      'head',
    ),
  )
})

test('nobody can change, delete or truncate the entries of the audit', async () => {
  for (const statement of [
    'update audit set subject = subject',
    'delete from audit',
    'truncate audit',
  ])
    await assert.rejects(portal.db.raw(statement), { code: '23001' }, statement)
})

test('what staff do or see is recorded in the same transaction', async () => {
  const { desk, db } = portal.parts
  const { id } = await openCaseOf('sender.one')
  const note = () => noteOnCase(desk, String(id), idOf('ada.analyst'), 'Not recorded.')
  const timeline = async () =>
    (await showCase(desk, String(id), idOf('ada.analyst')))?.timeline.map((each) => each.note)
  await db.raw("alter table audit add constraint closed check (action <> 'case.noted') not valid")
  try {
    await assert.rejects(note(), { constraint: 'closed' })
    assert.ok(!(await timeline())?.includes('Not recorded.'))
  } finally {
    await db.raw('alter table audit drop constraint closed')
  }
  assert.equal(await note(), true)
  assert.ok((await timeline())?.includes('Not recorded.'))
})

test('what staff do in a session that has ended has no effect', async () => {
  const { desk, db } = portal.parts
  const [staffId, accountId] = [idOf('ada.analyst'), idOf('sender.four')]
  const by = { staffId, proof: await proofNow(db, staffId), right: 'senior' as const }
  await db('accounts').where({ id: staffId }).increment('epoch')
  const before = await listMeasures(db, accountId)
  await assert.rejects(takeMeasure(desk, measure('sender.four', 'block'), by), StaleProof)
  assert.deepEqual(await listMeasures(db, accountId), before)
})

test('two members of staff who act on each other at once both succeed', async () => {
  const { desk, db } = { ...portal.parts, db: portal.db }
  const [ada, bela] = [idOf('ada.analyst'), idOf('bela.senior')]
  const actor = async (staffId: string) => ({
    staffId,
    proof: await proofNow(db, staffId),
    right: 'senior' as const,
  })
  const [one, other] = [await actor(ada), await actor(bela)]
  for (let round = 0; round < 15; round++) {
    const wanted = { caseId: null, measure: 'suspend-sending', cause: 'spam', until: null } as const
    const taken = await Promise.all([
      takeMeasure(desk, { ...wanted, accountId: bela }, one),
      takeMeasure(desk, { ...wanted, accountId: ada }, other),
    ])
    for (const each of taken)
      assert.ok(each.kind === 'taken' || each.kind === 'proposed', each.kind)
    for (const { id } of await db('measures')
      .whereIn('account_id', [ada, bela])
      .where({ state: 'in-force' }))
      await liftMeasure(desk, String(id), celia())
    await db('measures').whereIn('account_id', [ada, bela]).delete()
  }
})
