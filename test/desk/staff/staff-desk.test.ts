// The desk as staff use it, page by page.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { people, prepared, seed } from '#server/cli/seed-people.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { listAudit } from '#server/desk/audit/store.ts'
import { openCaseOfLimit } from '#server/desk/cases/sending-limit/sending-limit.ts'
import { ourDomain, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import {
  appealAgainst,
  approve,
  caseOf,
  propose,
  reportLetter,
  shownOn,
} from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { accountIdOf, register } from '#test/support/people.ts'

let ada: StaffMember
let bela: StaffMember
let olga: StaffMember
const portal = useAbusePortal({ env: { MEASURES_WITHOUT_SECOND_PERSON: '0' } }, async (portal) => {
  await seed(portal.parts)
  ada = await enrolStaff(portal, 'ada.a', 'analyst')
  bela = await enrolStaff(portal, 'bela.b', 'senior')
  olga = await enrolStaff(portal, 'olga.o', 'operator', 'support')
  await untilJudged(portal)
})

const titles = (html: string) =>
  [
    ...html
      .replaceAll('<wbr>', '')
      .matchAll(/class="lines__title" href="\/staff\/cases\/(\d+)"[^>]*>.*?<bdi[^>]*>([^<]+)</g),
  ].map((match) => match[2])
const ordinary = { password: 'forty storks over the marsh' }

test('the seed makes cases for its analyst, once', async () => {
  const { html } = await ada.visitor.get('/staff/cases?lang=en')
  assert.deepEqual(titles(html), [`lucky.prize@${ourDomain}`, `cheap.watches@${ourDomain}`])
  assert.match(html, /4 reports by 4 people/)
  assert.deepEqual(titles((await ada.visitor.get('/staff/cases?tab=unattributed')).html), [
    `hanna.k@${ourDomain}`,
  ])
  await seed(portal.parts)
  assert.equal(
    (await portal.db('abuse_reports')).length,
    prepared.reduce((sum, { reporters }) => sum + reporters, 0),
  )
  assert.ok(people.some((person) => 'role' in person && person.role === 'analyst'))
})

test('unknown values in the URL of a staff page are ignored and never cause a fault', async () => {
  const shown = async (query: string) =>
    titles((await ada.visitor.get(`/staff/cases?tab=new&${query}`)).html)
  assert.deepEqual(await shown('severity=high&kind=phishing'), [`lucky.prize@${ourDomain}`])
  assert.deepEqual(await shown('kind=malware'), [])
  assert.equal((await shown('kind=constructor&severity=__proto__&after=x&tab=new')).length, 2)
  for (const query of [
    'severity[]=high&kind=%00',
    'after=999999999999999.1',
    'after=3.999999999999999999',
    'after=1.1.1',
    'tab=closed&after=999999999999999.999999999999999999',
    'tab=appeals&after=999999999999999999999',
    'tab=appeals&after=1.5',
  ])
    assert.equal((await ada.visitor.get(`/staff/cases?${query}`)).status, 200, query)
  for (const query of [
    'q=%00',
    'q=a%00@postern.example',
    'q=a&before=999999999999999999',
    'q=a&before=-1',
    'q[]=a',
    'q=%ED%A0%80',
    `q=${'a'.repeat(5000)}`,
  ])
    assert.equal((await ada.visitor.get(`/staff/search?${query}`)).status < 500, true, query)
  for (const query of [
    'case=999999999999999999&before=999999999999999999',
    'from=0000-00-00&to=9999-99-99',
    'from=0000-01-01&to=9999-12-31',
    'staff=%00',
    'action=constructor&account[]=x',
  ])
    assert.equal((await olga.visitor.get(`/staff/audit?${query}`)).status < 500, true, query)
  for (const path of [
    'cases/0',
    'cases/999999999999999999',
    'cases/%00',
    'approvals/%00',
    'approvals/x',
    'approvals/999999999999999999',
    'appeals/%00',
    'appeals/x',
    'appeals/999999999999999999',
    'measures/x/lift',
    'measures/%00/lift',
    'cases/1/reports/x/source',
    'cases/1/reports/%00/source',
    'cases/1?report=9e9&before=999999999999999999',
  ])
    assert.equal((await ada.visitor.get(`/staff/${path}`)).status < 500, true, path)
  for (const path of [
    'accounts?login=%00',
    'accounts?login[]=a',
    'accounts/%00',
    'accounts/00000000-0000-0000-0000-000000000000',
  ])
    assert.equal((await olga.visitor.get(`/staff/${path}`)).status < 500, true, path)
})

test('the search finds a case by address, subject, part of a word and host of a link', async () => {
  const found = async (q: string, field = 'any') =>
    titles((await ada.visitor.get(`/staff/search?${new URLSearchParams({ q, field })}`)).html)
  for (const q of [
    `lucky.prize@${ourDomain}`,
    'won 10',
    'winn*',
    'prize.bad.example',
    'hxxps://prize[.]bad[.]example/x',
  ])
    assert.deepEqual(await found(q), q === 'winn*' ? [] : [`lucky.prize@${ourDomain}`], q)
  assert.deepEqual(await found('watch*', 'subject'), [`cheap.watches@${ourDomain}`])
  assert.deepEqual(await found('<script>'), [])
  const { reference, case_id } = await portal.db('abuse_reports').first('reference', 'case_id')
  const quoted = await ada.visitor.get(
    `/staff/search?q=${reference.toLowerCase().replaceAll('-', '')}`,
  )
  assert.equal(
    quoted.location,
    `/staff/cases/${case_id}`,
    'people quote the number of their report',
  )
})

test('a case that the portal opened itself is found by the address of its account', async () => {
  await register(portal, { login: 'many.letters', ...ordinary })
  const accountId = await accountIdOf(portal, 'many.letters')
  const at = portal.clock.now()
  const alert = { account_id: accountId, day: at, kind: 'letters', allowed: 300, happened_at: at }
  const [row] = await portal.db('sending_alerts').insert(alert).returning('id')
  await openCaseOfLimit(portal.parts.desk, String(row.id))
  const found = async (q: string) =>
    titles((await ada.visitor.get(`/staff/search?${new URLSearchParams({ q })}`)).html)
  assert.deepEqual(await found(`Many.Letters@${ourDomain}`), [`many.letters@${ourDomain}`])
  assert.deepEqual(await found(`many@${ourDomain}`), [])
})

const fileBytes = Buffer.from('MZ =cmd|run')
const letterWithFile = (login: string) =>
  [
    `From: ${login}@${ourDomain}`,
    'Subject: <b>bold</b>',
    'Content-Type: multipart/mixed; boundary=x',
    '',
    '--x',
    'Content-Type: text/html',
    '',
    '<p>See <a href="https://evil.example/a">this</a></p><script>alert(1)</script>',
    '--x',
    'Content-Type: text/html; name="run.html"',
    'Content-Disposition: attachment; filename="run.html"',
    'Content-Transfer-Encoding: base64',
    '',
    fileBytes.toString('base64'),
    '--x--',
    '',
  ].join('\r\n')

/** A report of that letter, in a case of its own, and another case about its sender. */
async function reportFile(login: string) {
  await register(portal, { login, ...ordinary })
  const accountId = await accountIdOf(portal, login)
  await reportLetter(portal, { accountId, login })
  const otherCase = await caseOf(portal, accountId)
  const source = letterWithFile(login)
  await reportLetter(portal, { accountId, login, source, kind: 'malware' })
  await untilJudged(portal)
  const { id, case_id: caseId } = await portal
    .db('abuse_reports')
    .where({ kind: 'malware' })
    .orderBy('id', 'desc')
    .first('id', 'case_id')
  return { id: String(id), caseId: String(caseId), otherCase, source }
}

const viewsOf = async (caseId: string) => {
  const views = await portal.db('evidence_views').where({ case_id: caseId }).select('what')
  return [...new Set(views.map(({ what }) => what))].sort()
}

test('a reported letter is shown as text, and as HTML only in a sandboxed frame', async () => {
  const { id, caseId } = await reportFile('html.sender')
  const page = `/staff/cases/${caseId}?report=${id}`
  const { html } = await ada.visitor.get(page)
  assert.match(html, /hxxps:\/\/evil\[\.\]example\/a/)
  assert.match(html, /&lt;b&gt;bold&lt;\/b&gt;/)
  assert.doesNotMatch(html, /<iframe|<script>|href="https:\/\/evil/)
  const framed = (await ada.visitor.get(`${page}&look=html`)).html
  assert.match(framed, /<iframe[^>]* sandbox="" [^>]*srcdoc="[^"]*&lt;p&gt;See/)
  assert.doesNotMatch(framed, /alert\(1\)/)
  assert.deepEqual(await viewsOf(caseId), ['html', 'text'])
})

test("a stranger's files are handed out as downloads, never shown by the browser", async () => {
  const { id, caseId, otherCase, source } = await reportFile('file.sender')
  const reports = `/staff/cases/${caseId}/reports/${id}`
  const sha256 = createHash('sha256').update(fileBytes).digest('hex')
  const file = await ada.visitor.get(`${reports}/attachments/${sha256}`)
  assert.equal(file.html, 'MZ =cmd|run')
  const kept = await ada.visitor.get(`${reports}/source`)
  assert.equal(kept.html, source)
  for (const { headers } of [file, kept]) {
    assert.equal(headers.get('content-type'), 'application/octet-stream')
    assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="[\w.-]+"$/)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
  }
  const elsewhere = await ada.visitor.get(`/staff/cases/${otherCase}/reports/${id}/source`)
  assert.equal(elsewhere.status, caseId === otherCase ? 200 : 404, 'only under its own case')
  assert.deepEqual(await viewsOf(caseId), ['attachment', 'source'])
})

test('a measure shows its consequences first and waits for a second person', async () => {
  const accountId = await accountIdOf(portal, 'cheap.watches')
  const caseId = await caseOf(portal, accountId)
  const page = `/staff/cases/${caseId}/measure`
  const asked = await ada.visitor.get(`${page}?measure=suspend-all&cause=spam&days=7`)
  assert.match(asked.html, /Its owner cannot sign in here/)
  assert.equal(
    (await portal.db('measures').where({ account_id: accountId })).length,
    0,
    'looking does nothing',
  )
  const none = await ada.visitor.get(`${page}?measure=suspend-all&cause=spam&days=none`)
  assert.deepEqual(none.errors, ['days.needed'])
  assert.deepEqual((await ada.visitor.get(`${page}?measure=block&cause=spam`)).errors, [
    'measure.senior-needed',
  ])
  const from = { from: `${page}?measure=suspend-all&cause=spam&days=7` }
  const shown = await shownOn(ada.visitor, from.from)
  const taken = await ada.visitor.post(
    page,
    { measure: 'suspend-all', cause: 'spam', days: '7', ...shown },
    from,
  )
  assert.deepEqual([taken.status, taken.location], [303, `/staff/cases/${caseId}`])
  assert.match(
    (await ada.visitor.get(`/staff/cases/${caseId}`)).html,
    /a second person must approve it/,
  )
  const waits = /href="\/staff\/approvals">Approvals \(1\)/
  assert.match(
    (await bela.visitor.get('/staff/cases?lang=en')).html,
    waits,
    'the second person sees it in the queue',
  )
  const { id } = await portal.db('measures').where({ account_id: accountId }).first('id')
  const own = await ada.visitor.get(`/staff/approvals/${id}`)
  assert.doesNotMatch(own.html, /\/approve"/)
  const token = await ada.visitor.token(`/staff/approvals/${id}`)
  const body = new URLSearchParams({ _csrf: token }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  await ada.visitor.send(`/staff/approvals/${id}/approve`, body, headers)
  assert.equal((await portal.db('measures').where({ id }).first()).state, 'proposed')
  const seen = await shownOn(bela.visitor, `/staff/approvals/${id}`)
  await bela.visitor.post(`/staff/approvals/${id}/approve`, seen, {
    from: `/staff/approvals/${id}`,
  })
  assert.equal((await portal.db('measures').where({ id }).first()).state, 'in-force')
})

test('an appeal is decided by somebody without a part in the measure', async () => {
  const accountId = await accountIdOf(portal, 'lucky.prize')
  const caseId = await caseOf(portal, accountId)
  const measureId = await propose(portal, {
    accountId,
    caseId,
    by: ada.id,
    measure: 'limit-sending',
  })
  await approve(portal, measureId, bela.id)
  const appealId = await appealAgainst(portal, measureId)
  assert.match(
    (await ada.visitor.get('/staff/cases?tab=appeals')).html,
    new RegExp(`/staff/appeals/${appealId}"`),
  )
  const mine = await ada.visitor.get(`/staff/appeals/${appealId}`)
  assert.match(mine.html, /It was not me\./)
  assert.doesNotMatch(mine.html, /\/decide"/)
  const judge = await enrolStaff(portal, 'iryna.i', 'analyst')
  const page = `/staff/appeals/${appealId}`
  const without = await judge.visitor.post(`${page}/decide`, {}, { from: page })
  assert.deepEqual([without.status, without.errors], [422, ['decision.missing']])
  const decided = await judge.visitor.post(`${page}/decide`, { decision: 'lifted' }, { from: page })
  assert.deepEqual([decided.status, decided.location], [303, `/staff/cases/${caseId}`])
  assert.equal((await portal.db('measures').where({ id: measureId }).first()).end_reason, 'appeal')
})

test('taking a measure needs a fresh password', async () => {
  const member = await enrolStaff(portal, 'later.l', 'analyst')
  const caseId = await caseOf(portal, await accountIdOf(portal, 'lucky.prize'))
  portal.clock.advance(11 * msPerMinute)
  assert.equal((await member.visitor.get(`/staff/cases/${caseId}`)).status, 200)
  const asked = await member.visitor.get(
    `/staff/cases/${caseId}/measure?measure=limit-sending&cause=spam&days=7`,
  )
  assert.match(asked.location ?? '', /^\/account\/confirm-password\?next=%2Fstaff%2Fcases/)
  portal.clock.advance(-11 * msPerMinute)
})

test('the audit shows who saw what, and its export is harmless to spreadsheets', async () => {
  const caseId = await caseOf(portal, await accountIdOf(portal, 'lucky.prize'))
  const { html } = await olga.visitor.get(`/staff/audit?case=${caseId}&action=case.viewed&lang=en`)
  assert.match(html, /Looked at a case/)
  await ada.visitor.get('/staff/cases?tab=others')
  const looks = (await olga.visitor.get('/staff/audit?action=queue.viewed&lang=en')).html
  assert.match(looks, /Others’/, 'details in words')
  assert.doesNotMatch(looks, /href="\/staff\/cases\/\d/, 'an operator may open no case')
  assert.deepEqual((await olga.visitor.get('/staff/audit?staff=nobody@elsewhere.example')).errors, [
    'address.unknown',
  ])
  await ada.visitor.get('/staff/search?q=x')
  const lines = (await olga.visitor.get('/staff/audit/export.jsonl')).html
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.ok(lines.length > 20)
  assert.deepEqual(Object.keys(lines[0]), [
    'position',
    'at',
    'staff',
    'action',
    'case',
    'account',
    'subject',
    'details',
    'hash',
  ])
  const nobody = await olga.visitor.get('/staff/audit/export.csv?staff=nobody@elsewhere.example')
  assert.equal(
    nobody.location,
    '/staff/audit?staff=nobody%40elsewhere.example',
    'nobody does not become everybody',
  )
  const csv = await olga.visitor.get('/staff/audit/export.csv?action=case.viewed')
  assert.match(csv.headers.get('content-disposition') ?? '', /filename="audit\.csv"/)
  for (const row of csv.html.trim().split('\r\n')) assert.doesNotMatch(row, /(^|,)"[=+\-@]/)
  assert.ok(csv.html.includes('"case.viewed"'))
})

test('an export is recorded before its first byte leaves', async () => {
  const gone = new AbortController()
  const cookie = [...olga.visitor.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const { body } = await fetch(`${portal.url}/staff/audit/export.jsonl`, {
    headers: { cookie },
    signal: gone.signal,
  })
  const { value } = (await body?.getReader().read()) ?? {}
  gone.abort()
  const newest = JSON.parse(
    Buffer.from(value ?? [])
      .toString()
      .split('\n')[0] ?? '',
  )
  const [own, before] = await listAudit(portal.db, {}, 2)
  assert.deepEqual(
    [own?.action, own?.staffId, own?.details.count],
    ['audit.exported', olga.id, Number(before?.position)],
  )
  assert.deepEqual([newest.position, newest.hash], [before?.position, before?.hash.toString('hex')])
})

test('support finds an account, sees no secret of it and signs its devices out', async () => {
  const visitor = await register(portal, { login: 'lost.phone', ...ordinary })
  assert.deepEqual((await olga.visitor.get('/staff/accounts?login=nobody.here')).errors, [
    'login.unknown',
  ])
  const found = await olga.visitor.get('/staff/accounts?login=LOST.phone')
  assert.match(found.location ?? '', /^\/staff\/accounts\/[0-9a-f-]{36}$/)
  const page = found.location ?? ''
  const { html } = await olga.visitor.get(page)
  assert.doesNotMatch(html, /argon2|\$v=/)
  await olga.visitor.post(`${page}/end-sessions`, {}, { from: page })
  assert.match((await visitor.get('/account')).location ?? '', /^\/sign-in/)
})
