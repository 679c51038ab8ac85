// What a member of the staff learns of cases about their own mailbox: nothing.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ourDomain, untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { appealAgainst, approve, caseOf, propose, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

const ordinary = { password: 'forty storks over the marsh' }

/** Somebody of the staff about whom there is everything that the desk knows. */
let dora: StaffMember
let bela: StaffMember
let ada: StaffMember
const own = { caseId: '', proposalId: '', measureId: '', appealId: '', reference: '' }
const portal = useAbusePortal({ env: { MEASURES_WITHOUT_SECOND_PERSON: '0' } }, async (portal) => {
  ada = await enrolStaff(portal, 'ada.a', 'analyst')
  bela = await enrolStaff(portal, 'bela.b', 'senior')
  dora = await enrolStaff(portal, 'dora.d', 'senior')
  await register(portal, { login: 'somebody.else', ...ordinary })
  const otherId = await accountIdOf(portal, 'somebody.else')
  await reportLetter(portal, { accountId: otherId, login: 'somebody.else' })
  await caseOf(portal, otherId)
  await reportLetter(portal, { accountId: dora.id, login: dora.login, subject: 'Peculiar quinces' })
  const about = { accountId: dora.id, caseId: await caseOf(portal, dora.id), by: ada.id }
  own.caseId = about.caseId
  own.measureId = await propose(portal, { ...about, measure: 'limit-sending' })
  await approve(portal, own.measureId, bela.id)
  own.appealId = await appealAgainst(portal, own.measureId)
  own.proposalId = await propose(portal, { ...about, measure: 'suspend-sending' })
  own.reference = (
    await portal.db('abuse_reports').where({ case_id: own.caseId }).first()
  ).reference
  await untilJudged(portal)
})

/** The page without what is new each time it is shown. */
const bare = ({ html }: Answer) =>
  html.replace(/name="_csrf" value="[^"]+"/g, '').replaceAll(/\d{6,}|\b\d+\b/g, 'n')
const casesOn = (html: string) => [...html.matchAll(/\/staff\/cases\/(\d+)"/g)].map(([, id]) => id)
const tabOf = (html: string, tab: string) =>
  Number(new RegExp(`tab=${tab}"[^>]*>[^<(]*\\((\\d+)\\)`).exec(html)?.[1])

test('cases about the mailbox of a member of staff do not exist for that member', async () => {
  const nowhere = '999999'
  for (const [path, id] of [
    ['/staff/cases/#', own.caseId],
    ['/staff/cases/#/measure?measure=block&cause=spam', own.caseId],
    ['/staff/approvals/#', own.proposalId],
    ['/staff/appeals/#', own.appealId],
    ['/staff/measures/#/lift', own.measureId],
  ] as const) {
    const [mine, none] = [
      await dora.visitor.get(path.replace('#', id)),
      await dora.visitor.get(path.replace('#', nowhere)),
    ]
    assert.deepEqual([mine.status, mine.page], [404, 'not-found'], path)
    assert.deepEqual([mine.status, bare(mine)], [none.status, bare(none)], path)
    assert.equal(
      (await bela.visitor.get(path.replace('#', id))).status,
      200,
      `${path}: others see it`,
    )
  }
  const token = await dora.visitor.token('/staff/me')
  for (const path of [
    ...['claim', 'release', 'note', 'close', 'attribute', 'measure'].map(
      (form) => `/staff/cases/#/${form}`,
    ),
    ...[
      '/staff/approvals/#/approve',
      '/staff/approvals/#/refuse',
      '/staff/appeals/#/decide',
      '/staff/measures/#/lift',
    ],
  ]) {
    const id = path.includes('cases')
      ? own.caseId
      : path.includes('approvals')
        ? own.proposalId
        : path.includes('appeals')
          ? own.appealId
          : own.measureId
    const body = new URLSearchParams({ _csrf: token }).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { status } = await dora.visitor.send(path.replace('#', id), body, headers)
    assert.equal(status, 404, path)
  }
  assert.equal(
    (await portal.db('measures').where({ id: own.proposalId }).first()).state,
    'proposed',
  )
})

test("lists and counts hold nothing about the viewer's own mailbox", async () => {
  const seen = async (visitor: Visitor, path: string) => (await visitor.get(path)).html
  for (const tab of ['new', 'open', 'mine', 'closed', 'unattributed']) {
    assert.ok(
      !casesOn(await seen(dora.visitor, `/staff/cases?tab=${tab}`)).includes(own.caseId),
      tab,
    )
  }
  const queue = await seen(dora.visitor, '/staff/cases?tab=open&lang=en')
  assert.equal(
    tabOf(queue, 'open'),
    new Set(casesOn(queue)).size,
    'as many are counted as are listed',
  )
  assert.equal(tabOf(queue, 'appeals'), 0)
  assert.doesNotMatch(queue, /Approvals \(/)
  const others = await seen(bela.visitor, '/staff/cases?tab=open&lang=en')
  assert.equal(tabOf(others, 'open'), tabOf(queue, 'open') + 1)
  assert.equal(tabOf(others, 'appeals'), 1)
  assert.match(others, /Approvals \(1\)/)
  assert.ok(casesOn(others).includes(own.caseId))

  assert.match(
    await seen(dora.visitor, '/staff/cases?tab=appeals&lang=en'),
    /No appeal|Nobody|No one/,
  )
  assert.match(await seen(dora.visitor, '/staff/approvals?lang=en'), /Nothing waits\./)
  assert.match(await seen(bela.visitor, '/staff/approvals?lang=en'), /dora\.d/)

  for (const [q, field] of [
    [`${dora.login}@${ourDomain}`, 'any'],
    [`${dora.login}@${ourDomain}`, 'address'],
    ['peculiar quinces', 'subject'],
    [own.reference, 'any'],
    [own.reference.toLowerCase().replaceAll('-', ''), 'any'],
  ] as const) {
    const query = new URLSearchParams({ q, field })
    const mine = await dora.visitor.get(`/staff/search?${query}`)
    assert.deepEqual([mine.status, casesOn(mine.html)], [200, []], q)
    const found = await bela.visitor.get(`/staff/search?${query}`)
    const led = found.location === `/staff/cases/${own.caseId}`
    assert.ok(led || casesOn(found.html).includes(own.caseId), `${q}: others find it`)
  }
})

test('the audit page shows staff nothing about their own mailbox', async () => {
  await ada.visitor.get(`/staff/cases/${own.caseId}`)
  await ada.visitor.post(
    `/staff/cases/${own.caseId}/note`,
    { note: 'x' },
    { from: `/staff/cases/${own.caseId}` },
  )
  const page = `/staff/audit?case=${own.caseId}&lang=en`
  assert.match((await bela.visitor.get(page)).html, /class="lines__title"/)
  for (const path of [
    page,
    `/staff/audit?account=${dora.login}@${ourDomain}`,
    `/staff/audit?staff=ada.a@${ourDomain}`,
  ]) {
    const { html } = await dora.visitor.get(path)
    assert.ok(!casesOn(html).includes(own.caseId) && !html.includes(`>${dora.login}@`), path)
  }
  assert.doesNotMatch((await dora.visitor.get(page)).html, /class="lines__title"/)
})

test('nobody gives a case to their own account', async () => {
  await portal
    .visitor()
    .post('/report', { sender: `stranger@${ourDomain}`, kind: 'spam', note: 'Every day.' })
  const row = await eventually(() =>
    portal.db('abuse_cases').whereNull('account_id').orderBy('id', 'desc').first(),
  )
  await untilJudged(portal)
  const page = `/staff/cases/${row.id}`
  const address = `${dora.login}@${ourDomain}`
  const answer = await dora.visitor.post(`${page}/attribute`, { address }, { from: page })
  assert.deepEqual([answer.status, answer.errors], [422, ['address.own']])
  assert.equal((await portal.db('abuse_cases').where({ id: row.id }).first()).account_id, null)
})

test('staff never see or change their own account on the support pages', async () => {
  const tanja = await enrolStaff(portal, 'tanja.t', 'support')
  const page = `/staff/accounts/${tanja.id}`
  assert.equal((await tanja.visitor.get(page)).status, 403)
  const body = new URLSearchParams({ _csrf: await tanja.visitor.token('/staff/me') }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const sent = await tanja.visitor.send(`${page}/end-sessions`, body, headers)
  assert.equal(sent.status, 403)
  assert.equal((await tanja.visitor.get('/staff/me')).status, 200, 'they are still signed in')
})

test('a missing right is shown as that, and not as an outdated form', async () => {
  const sam = await enrolStaff(portal, 'sam.s', 'support')
  for (const path of ['/staff/cases', `/staff/accounts/${sam.id}`]) {
    const answer = await sam.visitor.get(`${path}?lang=en`)
    assert.deepEqual([answer.status, answer.page], [403, 'forbidden'], path)
    assert.match(answer.html, /You may not do this/)
    assert.doesNotMatch(answer.html, /cookies for this site|out of date/)
    assert.match(answer.html, /href="\/staff"/)
  }
})
