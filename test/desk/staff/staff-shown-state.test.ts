// A page of the desk that was open for a while, and what has happened to the account since.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { findInForce } from '#server/desk/measures/measure-store.ts'
import { approveMeasure } from '#server/desk/measures/proposals/decide-proposal.ts'
import { liftMeasure, takeMeasure } from '#server/desk/measures/take-measure.ts'
import { revokeRole } from '#server/desk/staff/store.ts'
import { underLock } from '#test/support/account-lock.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { appealAgainst, caseOf, propose, reportLetter, shownOn } from '#test/support/desk/cases.ts'
import { enrolStaff, giveRole, type StaffMember } from '#test/support/desk/staff.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import type { TestPortal } from '#test/support/portal.ts'
import {
  begin,
  type Equipped,
  equip,
  linkOf,
  setPassword,
} from '#test/support/recovery/recovery.ts'

/** Where the first measures of a day are taken alone, and where each needs a second person. */
const [alone, paired] = ['50', '0']
const staff = {} as Record<string, { ada: StaffMember; bela: StaffMember }>
const portalWith = (allowed: string) =>
  useAbusePortal({ env: { MEASURES_WITHOUT_SECOND_PERSON: allowed } }, async (portal) => {
    staff[allowed] = {
      ada: await enrolStaff(portal, 'ada.a', 'analyst'),
      bela: await enrolStaff(portal, 'bela.b', 'senior'),
    }
  })
const portals: Record<string, TestPortal> = {
  [alone]: portalWith(alone),
  [paired]: portalWith(paired),
}

const at = (name: string) => {
  const [portal, people] = [portals[name], staff[name]]
  assert.ok(portal && people)
  return { portal, ...people }
}

async function reported(portal: TestPortal): Promise<Equipped & { caseId: string }> {
  const person = await equip(portal)
  await reportLetter(portal, person)
  return { ...person, caseId: await caseOf(portal, person.accountId) }
}

const stands = async (portal: TestPortal, { accountId }: Equipped) =>
  (await findInForce(portal.db, accountId))?.measure

async function recover(portal: TestPortal, person: Equipped): Promise<void> {
  // What comes within the same moment is not later.
  portal.clock.advance(1000)
  const visitor = await begin(portal, person.login)
  await visitor.get(await linkOf(portal, visitor, person))
  await setPassword(visitor, 'ein ganz neues langes Passwort')
}

const limit = { measure: 'limit-sending', cause: 'spam', days: '7' }
const previewOf = (caseId: string, wanted: Record<string, string>) =>
  `/staff/cases/${caseId}/measure?${new URLSearchParams(wanted)}`

test('a decision on an outdated page is not carried out', async () => {
  const { portal, ada } = at(alone)
  const person = await reported(portal)
  const { accountId, caseId } = person
  const shown = 'suspend-all 1 0'
  const wanted = { accountId, caseId, measure: 'suspend-sending', cause: 'spam' } as const
  const by = { staffId: ada.id, right: 'analyst' } as const
  const taken = await takeMeasure(portal.parts.desk, { ...wanted, until: null }, by, shown)
  assert.deepEqual(taken, { kind: 'changed', changes: ['standing', 'password'] })
  assert.equal(await stands(portal, person), undefined)
})

test('a measure chosen before a heavier one came does not replace it', async () => {
  const { portal, ada, bela } = at(alone)
  const person = await reported(portal)
  const page = `/staff/cases/${person.caseId}/measure`
  const from = previewOf(person.caseId, limit)
  const shown = await shownOn(ada.visitor, from)
  const until = new Date(portal.clock.now().getTime() + 30 * msPerDay)
  const { accountId, caseId } = person
  const heavy = { accountId, caseId, measure: 'suspend-all', cause: 'malware', until } as const
  assert.equal(
    (await takeMeasure(portal.parts.desk, heavy, { staffId: bela.id, right: 'senior' })).kind,
    'taken',
  )

  const late = await ada.visitor.post(page, { ...limit, ...shown }, { from })
  assert.deepEqual([late.status, late.page], [422, 'staff-measure'])
  assert.deepEqual(late.errors, ['measure.standing-changed'])
  assert.match(late.html, /everything is suspended/)
  assert.match(late.html, /milder than what stands now/)
  assert.equal(await stands(portal, person), 'suspend-all')

  const seen = await ada.visitor.post(
    page,
    { ...limit, ...(await shownOn(ada.visitor, from)) },
    { from },
  )
  assert.equal(seen.status, 303, seen.errors.join())
  assert.equal(await stands(portal, person), 'limit-sending', 'a decision on the new page counts')
})

test('a measure chosen before the owner recovered the mailbox is not taken', async () => {
  const { portal, ada } = at(alone)
  const person = await reported(portal)
  const wanted = { measure: 'compromised', cause: 'compromised', days: 'none' }
  const from = previewOf(person.caseId, wanted)
  const shown = await shownOn(ada.visitor, from)
  assert.doesNotMatch((await ada.visitor.get(from)).html, /A new password was set/)
  await recover(portal, person)
  const late = await ada.visitor.post(
    `/staff/cases/${person.caseId}/measure`,
    { ...wanted, ...shown },
    { from },
  )
  assert.deepEqual([late.status, late.errors], [422, ['measure.password-changed']])
  assert.match(late.html, /A new password was set today at\s\d\d:\d\d, after this case was opened/)
  assert.match(late.html, /No report has come in since then/)
  assert.equal(await stands(portal, person), undefined)
  assert.match(
    (await ada.visitor.get(from)).html,
    /A new password was set/,
    'later visitors of the page read it too',
  )
})

test('of two who confirm different measures on the same page only one succeeds', async () => {
  const { portal, ada, bela } = at(alone)
  const person = await reported(portal)
  const { accountId, caseId } = person
  const { shown } = await shownOn(ada.visitor, previewOf(caseId, limit))
  const outcomes = await Promise.all(
    [
      [ada, 'suspend-sending'],
      [bela, 'compromised'],
    ].map(([member, measure]) => {
      const wanted = { accountId, caseId, measure, cause: 'spam', until: null } as Parameters<
        typeof takeMeasure
      >[1]
      return takeMeasure(
        portal.parts.desk,
        wanted,
        { staffId: (member as StaffMember).id, right: 'senior' },
        shown,
      )
    }),
  )
  assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ['changed', 'taken'])
})

test('a proposal is not approved on a page older than a new password', async () => {
  const { portal, ada, bela } = at(paired)
  const person = await reported(portal)
  const id = await propose(portal, { ...person, by: ada.id, measure: 'compromised' })
  const page = `/staff/approvals/${id}`
  const shown = await shownOn(bela.visitor, page)
  await recover(portal, person)
  const late = await bela.visitor.post(`${page}/approve`, shown, { from: page })
  assert.deepEqual(
    [late.status, late.page, late.errors],
    [422, 'staff-approval', ['measure.password-changed']],
  )
  assert.match(late.html, /A new password was set today at\s\d\d:\d\d, after this was proposed/)
  assert.equal(await stands(portal, person), undefined)
  const again = await bela.visitor.get(page)
  assert.match(again.html, /A new password was set today at\s\d\d:\d\d, after this was proposed/)
  const sure = await bela.visitor.post(`${page}/approve`, await shownOn(bela.visitor, page), {
    from: page,
  })
  assert.equal(sure.status, 303, sure.errors.join())
  assert.equal(await stands(portal, person), 'compromised')
})

test('a proposal is not approved on a page older than another measure', async () => {
  const { portal, ada, bela } = at(paired)
  const person = await reported(portal)
  const id = await propose(portal, { ...person, by: ada.id, measure: 'limit-sending' })
  const page = `/staff/approvals/${id}`
  const shown = await shownOn(bela.visitor, page)
  const insert = {
    account_id: person.accountId,
    measure: 'suspend-all',
    cause: 'malware',
    state: 'in-force',
  }
  const moment = portal.clock.now()
  const until = new Date(moment.getTime() + msPerDay)
  await portal
    .db('measures')
    .insert({ ...insert, until, proposed_by: bela.id, proposed_at: moment, taken_at: moment })
  const late = await bela.visitor.post(`${page}/approve`, shown, { from: page })
  assert.deepEqual([late.status, late.errors], [422, ['measure.standing-changed']])
  assert.match(late.html, /milder than what stands now/)
  assert.equal(await stands(portal, person), 'suspend-all')
})

test('a proposal counts only while its proposer may take such a measure', async () => {
  const { portal, bela } = at(paired)
  const gone = await enrolStaff(portal, 'gone.g', 'analyst')
  const person = await reported(portal)
  const id = await propose(portal, { ...person, by: gone.id, measure: 'suspend-sending' })
  const page = `/staff/approvals/${id}`
  const shown = await shownOn(bela.visitor, page)
  await underLock(portal.db, gone.id, (trx) => revokeRole(trx, gone.id, 'analyst'))
  const late = await bela.visitor.post(`${page}/approve`, shown, { from: page })
  assert.deepEqual([late.status, late.errors], [422, ['measure.proposer-without-right']])
  assert.equal(await stands(portal, person), undefined)
  const again = await bela.visitor.get(page)
  assert.match(again.html, /may not take such measures any more/)
  assert.doesNotMatch(again.html, /\/approve"/)
  assert.equal(
    (await bela.visitor.post(`${page}/refuse`, {}, { from: page })).location,
    '/staff/approvals',
  )
  assert.equal((await portal.db('measures').where({ id }).first()).state, 'refused')
})

test('an analyst approves no proposal that would end a block for good', async () => {
  const { portal, ada, bela } = at(paired)
  await giveRole(portal, 'bela.b', 'senior')
  const person = await reported(portal)
  const id = await propose(portal, { ...person, by: bela.id, measure: 'suspend-sending' })
  const block = {
    account_id: person.accountId,
    measure: 'block',
    cause: 'fraud',
    state: 'in-force',
  }
  const moment = portal.clock.now()
  await portal
    .db('measures')
    .insert({ ...block, proposed_by: bela.id, proposed_at: moment, taken_at: moment })
  const outcome = await approveMeasure(portal.parts.desk, id, { staffId: ada.id, right: 'analyst' })
  assert.equal(outcome.kind, 'right-needed')
  const page = await ada.visitor.get(`/staff/approvals/${id}`)
  assert.match(page.html, /for a senior analyst/)
  assert.doesNotMatch(page.html, /\/approve"/)
  assert.equal(await stands(portal, person), 'block')
})

test('protecting a mailbox without a way back warns staff and informs its owner', async () => {
  const { portal, ada, bela } = at(paired)
  const person = { login: 'no.way.back', password: 'forty storks over the marsh' }
  const browser = await register(portal, person)
  const accountId = await accountIdOf(portal, person.login)
  await reportLetter(portal, { accountId, login: person.login })
  const caseId = await caseOf(portal, accountId)
  const from = previewOf(caseId, { measure: 'compromised', cause: 'compromised', days: 'none' })
  const preview = (await ada.visitor.get(`${from}&lang=en`)).html
  assert.match(preview, /no recovery method: its owner cannot set a new password/)
  assert.doesNotMatch(preview, /must be set by recovery|Choose a new password/)
  const equipped = await reported(portal)
  const usual = (await ada.visitor.get(from.replace(caseId, equipped.caseId))).html
  assert.doesNotMatch(usual, /no recovery method/)
  assert.match(usual, /must be set by recovery/)

  const id = await propose(portal, { accountId, caseId, by: ada.id, measure: 'compromised' })
  const page = `/staff/approvals/${id}`
  assert.match(
    (await bela.visitor.get(`${page}?lang=en`)).html,
    /no recovery method: its owner cannot set/,
  )
  await bela.visitor.post(`${page}/approve`, await shownOn(bela.visitor, page), { from: page })

  const stranger = portal.visitor()
  const wrong = await stranger.post('/sign-in', { ...person, password: 'not the right password' })
  assert.equal(wrong.status, 422)
  assert.equal((await stranger.get('/blocked')).location, '/sign-in', 'a stranger is told nothing')
  assert.equal((await browser.post('/sign-in', person)).location, '/blocked')
  const html = (await browser.get('/blocked?lang=en')).html
  assert.match(html, /no recovery method, so you cannot choose a new password here/)
  assert.match(html, /Appeal against the decision/)
  assert.doesNotMatch(html, /opens the mailbox again at once|href="\/recover"/)
})

test('an appeal against a replaced or ended measure eases nothing', async () => {
  const { portal, bela } = at(alone)
  const judge = await enrolStaff(portal, 'judge.j', 'analyst')
  for (const [then, errors] of [
    ['suspend-all', ['decision.replaced']],
    ['none', ['decision.ended']],
  ] as const) {
    const person = await reported(portal)
    const { accountId, caseId } = person
    const wanted = { accountId, caseId, cause: 'spam', until: null } as const
    const by = { staffId: bela.id, right: 'senior' } as const
    const taken = await takeMeasure(
      portal.parts.desk,
      { ...wanted, measure: 'suspend-sending' },
      by,
    )
    assert.ok(taken.kind === 'taken')
    const id = await appealAgainst(portal, taken.measure.id)
    const page = `/staff/appeals/${id}`
    assert.match((await judge.visitor.get(page)).html, /value="eased"/)
    const until = new Date(portal.clock.now().getTime() + msPerDay)
    if (then === 'none') await liftMeasure(portal.parts.desk, taken.measure.id, by)
    else await takeMeasure(portal.parts.desk, { ...wanted, measure: then, until }, by)

    const form = { decision: 'eased', measure: 'limit-sending', days: '7' }
    const late = await judge.visitor.post(`${page}/decide`, form, { from: page })
    assert.deepEqual([late.status, late.errors], [422, errors], then)
    assert.doesNotMatch(late.html, /value="eased"/, 'it is not offered any more')
    assert.equal((await portal.db('appeals').where({ id }).first()).decided_at, null)
    assert.equal(await stands(portal, person), then === 'none' ? undefined : then)
    const lifted = await judge.visitor.post(
      `${page}/decide`,
      { decision: 'lifted' },
      { from: page },
    )
    assert.deepEqual(
      [lifted.status, lifted.errors],
      then === 'none' ? [303, []] : [422, errors],
      then,
    )
    assert.equal(await stands(portal, person), then === 'none' ? undefined : then)
  }
})

test('an analyst is offered no measure over a block for good, and reads why', async () => {
  const { portal, ada, bela } = at(alone)
  const person = await reported(portal)
  const { accountId, caseId } = person
  const free = (await ada.visitor.get(`/staff/cases/${caseId}`)).html
  assert.match(free, /<option value="compromised"/)
  assert.doesNotMatch(free, /<option value="block"/)
  const wanted = { accountId, caseId, measure: 'block', cause: 'fraud', until: null } as const
  const taken = await takeMeasure(portal.parts.desk, wanted, { staffId: bela.id, right: 'senior' })
  assert.ok(taken.kind === 'taken')
  const shut = (await ada.visitor.get(`/staff/cases/${caseId}?lang=en`)).html
  assert.match(shut, /Only a senior analyst changes a block for good/)
  assert.doesNotMatch(shut, /name="measure"|\/lift"/)
  for (const page of [previewOf(caseId, limit), `/staff/measures/${taken.measure.id}/lift`]) {
    const answer = await ada.visitor.get(page)
    assert.deepEqual(answer.errors, ['measure.senior-needed'], page)
    assert.doesNotMatch(
      answer.html,
      /action="\/staff\/(cases|measures)\/\d+\/(measure|lift)"/,
      page,
    )
  }
  const senior = (await bela.visitor.get(`/staff/cases/${caseId}`)).html
  assert.match(senior, /name="measure"/)
  assert.match(senior, /\/lift"/)
})
