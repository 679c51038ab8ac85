// The lines of the abuse desk that protect people, each by its name.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { signToken } from '#server/core/keys/signed-token.ts'
import { decideAppeal } from '#server/desk/appeals/decide-appeal.ts'
import { makeAppeal } from '#server/desk/appeals/make-appeal.ts'
import { listAudit } from '#server/desk/audit/store.ts'
import { attributeCase } from '#server/desk/cases/attribute-case.ts'
import { readPast } from '#server/desk/cases/past/read-past.ts'
import { deskSweeps } from '#server/desk/cases/retention-store.ts'
import { showCase } from '#server/desk/cases/show-case.ts'
import { closeCase } from '#server/desk/cases/work-on-case.ts'
import { listEvidenceViews } from '#server/desk/evidence/evidence-store.ts'
import {
  downloadAttachment,
  downloadSource,
  viewEvidence,
} from '#server/desk/evidence/view-evidence.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import { findInForce, listProposals } from '#server/desk/measures/measure-store.ts'
import { approveMeasure, refuseMeasure } from '#server/desk/measures/proposals/decide-proposal.ts'
import { takeMeasure } from '#server/desk/measures/take-measure.ts'
import { findSenderAccount } from '#server/desk/provenance/find-sender.ts'
import { searchCases } from '#server/desk/queue/search-cases.ts'
import { parseSearch, type SearchField } from '#server/desk/queue/search-terms.ts'
import { rekeyDesk } from '#server/desk/rekey-store.ts'
import { intakeMail } from '#server/desk/reports/mail/intake-mail.ts'
import { startLmtp } from '#server/desk/reports/mail/lmtp.ts'
import { findReport } from '#server/desk/reports/report-store.ts'
import { takeReport } from '#server/desk/reports/take-report.ts'
import { ourDomain, sendLetter, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { giveRole } from '#test/support/desk/staff.ts'
import { receivedAt } from '#test/support/letters/our-mail.ts'
import { accountIdOf, register } from '#test/support/people.ts'

const ids: Record<string, string> = {}
const idOf = (login: string) => ids[login] ?? ''
const portal = useAbusePortal({ env: { MEASURES_WITHOUT_SECOND_PERSON: '0' } }, async (portal) => {
  for (const login of ['sender', 'innocent', 'ada.analyst', 'bela.senior', 'celia.senior']) {
    await register(portal, { login, password: 'a long password of these tests' })
    ids[login] = await accountIdOf(portal, login)
  }
  await giveRole(portal, 'ada.analyst', 'analyst')
})

const report = (source: string | null, more: object = {}) =>
  takeReport(portal.parts.desk, {
    channel: 'form',
    kind: 'fraud',
    how: source === null ? 'none' : 'source',
    source,
    sender: `sender@${ourDomain}`,
    reporter: null,
    note: '',
    locale: 'en',
    network: '192.0.2.7',
    acknowledge: true,
    ...more,
  })
const judged = async (id: string) => {
  await untilJudged(portal)
  const found = await findReport(portal.db, portal.keyring, id)
  assert.ok(found?.caseId)
  return { ...found, caseId: found.caseId }
}
const senior = (login: string) => ({ staffId: idOf(login), right: 'senior' as const })

test('every look at a letter is recorded before the letter is shown', async () => {
  const { desk } = portal.parts
  const letter = await sendLetter(portal.keyring, {
    accountId: idOf('sender'),
    from: `sender@${ourDomain}`,
  })
  const { evidenceId, caseId } = await judged((await report(letter)).id)
  assert.ok(evidenceId)
  const request = { evidenceId, caseId, staffId: idOf('ada.analyst') }
  await viewEvidence(desk, request, 'text')
  await viewEvidence(desk, request, 'html')
  assert.equal((await downloadSource(desk, request))?.toString('latin1'), letter)
  assert.equal(await downloadAttachment(desk, request, 'f'.repeat(64)), undefined)
  const views = await listEvidenceViews(portal.db, evidenceId, 10)
  assert.deepEqual(
    views.map(({ what, staffId }) => [what, staffId]),
    ['attachment', 'source', 'html', 'text'].map((what) => [what, idOf('ada.analyst')]),
  )
  const audited = (await listAudit(portal.db, { caseId }, 10)).filter(
    ({ subject }) => subject === evidenceId,
  )
  assert.equal(audited.length, 4)
  // A look that cannot be recorded shows nothing.
  const nobody = { ...request, staffId: '7b0e8a3e-0000-4000-8000-000000000000' }
  await assert.rejects(viewEvidence(desk, nobody, 'text'))
  for (const unknown of ['', 'x', '7b0e8a3e-0000-4000-8000-000000000000'])
    assert.equal(await viewEvidence(desk, { ...request, evidenceId: unknown }, 'text'), undefined)
})

test('a From that we did not sign never leads to an account', async () => {
  const letter = await sendLetter(portal.keyring, {
    accountId: idOf('sender'),
    from: `innocent@${ourDomain}`,
  })
  const { caseId } = await judged((await report(letter, { sender: `innocent@${ourDomain}` })).id)
  const view = await showCase(portal.parts.desk, caseId, idOf('ada.analyst'))
  assert.equal(view?.account?.id, idOf('sender'))
  const forged = [
    `From: innocent@${ourDomain}`,
    `Message-ID: <forged@${ourDomain}>`,
    'Subject: x',
    '',
    'x',
  ].join('\r\n')
  const unproven = await judged((await report(forged)).id)
  assert.equal(
    (await showCase(portal.parts.desk, unproven.caseId, idOf('ada.analyst')))?.account,
    undefined,
  )

  const domains = [ourDomain]
  const named = async (account: string) =>
    (await findSenderAccount(portal.db, { by: 'trace', account }, domains))?.id
  for (const name of [idOf('sender'), 'sender', `sender@${ourDomain}`, `sender@${ourDomain}#7`])
    assert.equal(await named(name), idOf('sender'), name)
  for (const name of [
    '',
    'nobody.here',
    'sender@elsewhere.example',
    "'; drop table accounts",
    '7b0e8a3e-0000-4000-8000-000000000000',
  ])
    assert.equal(await named(name), undefined, name)
})

test('a reporter learns how a report ended, and nothing of the account or of other reports', async () => {
  const letter = await sendLetter(portal.keyring, {
    accountId: idOf('sender'),
    from: `sender@${ourDomain}`,
  })
  const { id, progressToken } = await report(letter, { network: 'of a reporter' })
  const { caseId } = await judged(id)
  const visitor = portal.visitor()
  const path = `/report/progress/${progressToken}`
  assert.doesNotMatch((await visitor.get(path)).html, /sender|innocent|proven|high|elsewhere/)
  await closeCase(portal.parts.desk, caseId, idOf('ada.analyst'), 'not-enough')
  assert.match((await visitor.get(path)).html, /not enough to decide/)
  assert.equal((await visitor.get(`${path.slice(0, -3)}AAA`)).status, 404)
  assert.equal(
    (await visitor.get(`/report/progress/${signToken(portal.keyring, appealPurpose, id)}`)).status,
    404,
  )
})

test('nobody approves a measure that they proposed', async () => {
  const { desk } = portal.parts
  const wanted = {
    accountId: idOf('sender'),
    caseId: null,
    measure: 'suspend-sending',
    cause: 'spam',
    until: null,
  } as const
  const proposed = await takeMeasure(desk, wanted, senior('ada.analyst'))
  assert.ok(proposed.kind === 'proposed')
  assert.equal((await takeMeasure(desk, wanted, senior('bela.senior'))).kind, 'proposal-waits')
  assert.equal((await listProposals(portal.db, 10)).length, 1)
  const { id } = proposed.measure
  assert.equal((await approveMeasure(desk, id, senior('ada.analyst'))).kind, 'not-yours')
  assert.equal((await approveMeasure(desk, id, senior('sender'))).kind, 'own-account')
  assert.equal(
    (await refuseMeasure(desk, id, senior('ada.analyst'))).kind,
    'done',
    'it may be taken back',
  )
  const again = await takeMeasure(desk, wanted, senior('ada.analyst'))
  assert.ok(again.kind === 'proposed')
  assert.equal((await approveMeasure(desk, again.measure.id, senior('bela.senior'))).kind, 'done')
})

test('nobody decides an appeal against a measure that they proposed or approved', async () => {
  const { desk } = portal.parts
  const inForce = await findInForce(portal.db, idOf('sender'))
  assert.ok(inForce)
  const made = await makeAppeal(desk, signToken(portal.keyring, appealPurpose, inForce.id), 'No.')
  assert.ok(made.kind === 'made')
  const { id } = made.appeal
  const decide = (login: string, ruling: Parameters<typeof decideAppeal>[2]) =>
    decideAppeal(desk, id, ruling, senior(login))
  for (const login of ['ada.analyst', 'bela.senior', 'sender'])
    assert.equal((await decide(login, { decision: 'lifted' })).kind, 'not-yours', login)
  assert.equal(
    (await decide('celia.senior', { decision: 'eased', easeTo: 'block' })).kind,
    'not-milder',
  )
  assert.equal(
    (await decide('celia.senior', { decision: 'eased', easeTo: 'limit-sending' })).kind,
    'until-needed',
  )
  const until = new Date(portal.clock.now().getTime() + msPerDay)
  assert.equal(
    (await decide('celia.senior', { decision: 'eased', easeTo: 'limit-sending', until })).kind,
    'decided',
  )
  assert.equal((await findInForce(portal.db, idOf('sender')))?.measure, 'limit-sending')
})

test('a mail beyond the size limit is read to its end and kept nowhere', async () => {
  const mails = async () => Number((await portal.db('abuse_mails').count('* as n').first())?.n)
  const before = await mails()
  const lmtp = await startLmtp(portal.parts.desk, '127.0.0.1', 0)
  try {
    const socket = connect(lmtp.port, '127.0.0.1')
    socket.setEncoding('latin1')
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
    })
    const expect = async (code: string) => {
      while (!new RegExp(`^${code} `, 'm').test(said)) await once(socket, 'data')
      said = ''
    }
    await expect('220')
    for (const [line, code] of [
      ['LHLO mx.example', '250'],
      ['MAIL FROM:<a@b.example>', '250'],
      [`RCPT TO:<abuse@${ourDomain}>`, '250'],
      ['DATA', '354'],
    ] as const) {
      socket.write(`${line}\r\n`)
      await expect(code)
    }
    socket.write('Subject: x\r\n\r\n')
    for (let n = 0; n < 27; n += 1) socket.write(`${'a'.repeat(1022)}\r\n`.repeat(1024))
    socket.write('.\r\n')
    await expect('552')
    socket.write('QUIT\r\n')
    await once(socket, 'close')
  } finally {
    await lmtp.stop()
  }
  assert.equal(await mails(), before)
})

test('bounces and automatic replies are reports, our own mail is not, each noted once', async () => {
  const mail = (lines: string[]) => Buffer.from([...lines, '', 'x'].join('\r\n'))
  const kinds = async (lines: string[]) => {
    const first = await intakeMail(portal.parts.desk, mail(lines))
    const again = await intakeMail(portal.parts.desk, mail(lines))
    return [first.kind === 'left' ? first.reason : first.kind, again.kind]
  }
  const from = (address: string, id: string) => [
    `From: ${address}`,
    `Message-ID: <${id}@elsewhere.example>`,
    'Subject: x',
  ]
  const mails: [string[], string][] = [
    [['Return-Path: <>', ...from('a@elsewhere.example', '1')], 'reports'],
    [['X-Postern-Loop: 1', ...from('no-reply@postern.example', '2')], 'ignored:loop'],
    [['Auto-Submitted: auto-replied', ...from('a@elsewhere.example', '3')], 'reports'],
    [['not a mail at all'], 'reports'],
  ]
  for (const [lines, kind] of mails) assert.deepEqual(await kinds(lines), [kind, 'again'])
})

test('a case is found by address, Message-ID, IP, subject and host of a link', async () => {
  const { index } = portal.parts.desk
  const letter = await sendLetter(portal.keyring, {
    accountId: idOf('innocent'),
    from: `innocent@${ourDomain}`,
    subject: 'Überweisung für Сям’ю',
    body: 'https://shop.pay.bad.example/x',
    name: 'to.be.found',
  })
  const { caseId } = await judged(
    (await report(letter, { reporter: 'Olga@Elsewhere.example', acknowledge: false })).id,
  )
  const find = async (field: SearchField, typed: string) => {
    const alternatives = await Promise.all(
      parseSearch(field, typed).map((terms) => index.terms(terms)),
    )
    const { cases } = await searchCases(portal.db, portal.keyring, { alternatives, limit: 10 })
    return cases.some(({ id }) => id === caseId)
  }
  const hits: [SearchField, string][] = [
    ['address', 'olga@elsewhere.example'],
    ['address', `Innocent <INNOCENT@${ourDomain}>`],
    ['message-id', `<to.be.found@${ourDomain}>`],
    ['subject', 'überweisung'],
    ['subject', 'ÜBERW*'],
    ['subject', 'für überweisung'],
    ['link-host', 'shop.pay.bad.example'],
    ['link-host', 'https://bad.example/any/path'],
    ['any', 'hxxps://shop[.]pay[.]bad[.]example/x'.replace('hxxps', 'https')],
    ['any', `to.be.found@${ourDomain}`],
  ]
  for (const [field, typed] of hits) assert.ok(await find(field, typed), `${field} ${typed}`)
  const misses: [SearchField, string][] = [
    ['any', ''],
    ['any', '  '],
    ['subject', 'überw'],
    ['subject', 'überweisung nothing'],
    ['ip', `innocent@${ourDomain}`],
    // Nobody shall guess who has reported.
    ['address', 'olga'],
    ['link-host', 'example'],
    ['any', "' or true --"],
  ]
  for (const [field, typed] of misses) assert.ok(!(await find(field, typed)), `${field} ${typed}`)
})

test('a case is found by a part of an address, the name of a file and the beginning of a hash', async () => {
  const { index } = portal.parts.desk
  const file = Buffer.from('MZ of an invoice')
  const source = [
    `From: Shop <innocent.shop@${ourDomain}>`,
    'Subject: Paid',
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    'Content-Type: application/octet-stream; name="Invoice 7.exe"',
    'Content-Disposition: attachment; filename="Invoice 7.exe"',
    'Content-Transfer-Encoding: base64',
    '',
    file.toString('base64'),
    '--x--',
    '',
  ].join('\r\n')
  const hexOf = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
  const { caseId } = await judged((await report(source)).id)
  const find = async (field: SearchField, typed: string) => {
    const terms = parseSearch(field, typed).map((each) => index.terms(each))
    const alternatives = await Promise.all(terms)
    const { cases } = await searchCases(portal.db, portal.keyring, { alternatives, limit: 50 })
    return cases.some(({ id }) => id === caseId)
  }
  const hash = hexOf(file)
  const hits: [SearchField, string][] = [
    ['address', 'nocent.sh'],
    ['address', 'Shop@'],
    ['any', `.shop@${ourDomain}`],
    ['address', `@${ourDomain}`],
    ['address', ourDomain],
    ['attachment', 'invoice 7.exe'],
    ['any', 'invo*'],
    ['hash', hash.slice(0, 8)],
    ['any', `${hash.slice(0, 16).toUpperCase()}…`],
    ['hash', hash],
    ['hash', hexOf(source).slice(0, 12)],
  ]
  for (const [field, typed] of hits) assert.ok(await find(field, typed), `${field} ${typed}`)
  const misses: [SearchField, string][] = [
    ['address', 'sh'],
    ['address', `p@${ourDomain}`],
    ['address', 'innocent.shopper'],
    ['address', 'shop@elsewhere.example'],
    ['attachment', 'invoice.pdf'],
    ['hash', hash.slice(0, 7)],
    ['hash', '00000000'],
  ]
  for (const [field, typed] of misses) assert.ok(!(await find(field, typed)), `${field} ${typed}`)
})

test('a case is found by every spelling of the IP address that sent the letter', async () => {
  const { index } = portal.parts.desk
  for (const [ip, typed] of [
    ['192.0.2.66', '192.0.2.66'],
    ['2001:db8::66', '2001:0DB8:0:0::0066'],
  ] as const) {
    const from = receivedAt('google', { ip, name: 'mail.bad.example' })
    const strange = `${from}From: eve@bad.example\r\nMessage-ID: <${ip}@bad.example>\r\n\r\nWin`
    const judgedOne = await judged(
      (await report(strange, { reporter: 'olga@elsewhere.example', acknowledge: false })).id,
    )
    const alternatives = await Promise.all(
      parseSearch('ip', typed).map((terms) => index.terms(terms)),
    )
    const { cases } = await searchCases(portal.db, portal.keyring, { alternatives, limit: 10 })
    assert.deepEqual(
      cases.map(({ id }) => id),
      [judgedOne.caseId],
      typed,
    )
  }
})

test('an account named by an analyst raises the severity like any other', async () => {
  const { desk } = portal.parts
  const words = { sender: 'somebody@elsewhere.example', network: 'severity' }
  const { caseId } = await judged((await report(null, words)).id)
  const reasons = async () =>
    (await showCase(desk, caseId, idOf('ada.analyst')))?.case.severityReasons.map(
      (each) => each.code,
    )
  assert.deepEqual(await reasons(), ['kind-harmful'])
  await attributeCase(desk, caseId, idOf('ada.analyst'), `celia.senior@${ourDomain}`)
  assert.deepEqual(await reasons(), ['kind-harmful', 'account-new'])
})

test('a case shows what was changed in the account before it was reported', async () => {
  const accountId = idOf('celia.senior')
  const now = portal.clock.now()
  const ago = (days: number) => new Date(now.getTime() - days * msPerDay)
  const client = { device: 'Firefox, Linux', place: '' }
  const events = [
    ['password.changed', 30],
    ['phone.removed', 3],
    ['app-password.created', 2],
    ['filters.kept', 1],
    ['password.reset', -1],
  ] as const
  await portal.db.transaction(async (trx) => {
    for (const [event, days] of events) {
      const details = { name: 'Laptop', targets: 1, method: 'phone' } as never
      await recordActivity(trx, portal.keyring, {
        accountId,
        event,
        details,
        at: ago(days),
        client,
      })
    }
    await trx('sending_days').insert([
      { account_id: accountId, day: ago(40), letters: 900 },
      ...[9, 8, 7, 6, 5, 4, 3, 2].map((days) => ({
        account_id: accountId,
        day: ago(days),
        letters: 5,
      })),
      { account_id: accountId, day: ago(1), letters: 312 },
    ])
  })
  const { changes, sending } = await readPast(portal.parts.desk, accountId, now)
  assert.deepEqual(
    changes.map(({ group, entries }) => [group, entries.map(({ event }) => event)]),
    [
      ['recovery', ['phone.removed']],
      ['app-passwords', ['app-password.created']],
      ['forwards', ['filters.kept']],
    ],
  )
  assert.deepEqual([sending?.usual, sending?.most], [5, 312])
  await portal.db('sending_days').where({ account_id: accountId }).delete()
})

test('after a change of keys every report and case can still be read and found', async () => {
  const newer = createKeyring([
    'a newer key of these tests 0123456789 abcdef',
    'test-key-0123456789abcdefghijklmnopqrstuv',
  ])
  for (;;) if ((await portal.db.transaction((trx) => rekeyDesk(trx, newer, 100))) === 0) break
  const only = createKeyring(['a newer key of these tests 0123456789 abcdef'])
  for (const { id } of await portal.db('abuse_reports').select('id'))
    assert.ok(await findReport(portal.db, only, String(id)))
  for (const table of [
    'abuse_reports',
    'abuse_cases',
    'appeals',
    'evidence_keys',
    'abuse_index_keys',
  ])
    assert.deepEqual(await portal.db(table).whereNot({ key_id: only.newestKeyId }), [], table)
})

test('old closed cases are deleted, and nothing else', async () => {
  const at = portal.clock.now()
  const closed = await portal.db('abuse_cases').whereNotNull('closed_at')
  const open = await portal.db('abuse_cases').whereNull('closed_at').orderBy('id')
  assert.ok(closed.length > 0 && open.length > 0)
  const later = new Date(at.getTime() + 1000 * msPerDay)
  for (const { run } of deskSweeps({ caseDays: 730 }, () => later)) await run(portal.db, 10_000)
  assert.deepEqual(
    (await portal.db('abuse_cases').orderBy('id').select('id')).map(({ id }) => id),
    open.map(({ id }) => id),
  )
  assert.equal((await portal.db('evidence')).length, 0)
  assert.ok(await portal.db('measures').first(), 'measures stay')
})
