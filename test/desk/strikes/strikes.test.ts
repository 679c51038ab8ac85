import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerDay } from '#server/core/durations.ts'
import { decideAppeal } from '#server/desk/appeals/decide-appeal.ts'
import type { WantedMeasure } from '#server/desk/measures/measure-rules.ts'
import { findInForce } from '#server/desk/measures/measure-store.ts'
import { endExpiredMeasures, liftMeasure, takeMeasure } from '#server/desk/measures/take-measure.ts'
import { readStrikes, strikeEnd } from '#server/desk/strikes/strike-store.ts'
import { close } from '#test/access/closing/leavers.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { appealAgainst, caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff, type StaffMember } from '#test/support/desk/staff.ts'
import { awaitText, sentTo } from '#test/support/messages/outbox.ts'
import { arrive } from '#test/support/people.ts'
import { type Equipped, equip } from '#test/support/recovery/recovery.ts'

let ada: StaffMember
let bela: StaffMember
const portal = useAbusePortal({}, async (portal) => {
  ada = await enrolStaff(portal, 'ada.analyst', 'analyst')
  bela = await enrolStaff(portal, 'bela.senior', 'senior')
})

type Wanted = Partial<WantedMeasure> & { readonly accountId: string }

async function take(wanted: Wanted): Promise<string> {
  const { desk, clock } = portal.parts
  const isWarning = (wanted.measure ?? 'warning') === 'warning'
  const until = isWarning ? strikeEnd(desk.settings, clock.now()) : null
  const full = { caseId: null, measure: 'warning', cause: 'spam', until, ...wanted } as const
  const taken = await takeMeasure(desk, full, { staffId: ada.id, right: 'senior' })
  assert.equal(taken.kind, 'taken')
  return taken.kind === 'taken' ? taken.measure.id : ''
}

const strikesOf = async (accountId: string) => {
  const { db, desk, clock } = portal.parts
  return await readStrikes(db, desk.settings, accountId, clock.now())
}
const lift = (id: string) =>
  liftMeasure(portal.parts.desk, id, { staffId: ada.id, right: 'senior' })

async function warnOnPage(person: Equipped): Promise<string> {
  const path = `/staff/cases/${await caseOf(portal, person.accountId)}/measure`
  const query = 'measure=warning&cause=spam&days=7'
  const { html } = await ada.visitor.get(`${path}?${query}`)
  assert.match(html, /Nothing is restricted; the warning stands until its end/)
  const [, shown = ''] = /name="shown" value="([^"]+)"/.exec(html) ?? []
  const form = { measure: 'warning', cause: 'spam', days: '7', shown }
  const sent = await ada.visitor.post(path, form, { from: `${path}?${query}` })
  assert.equal(sent.status, 303, sent.errors.join())
  const inForce = await findInForce(portal.db, person.accountId)
  const end = strikeEnd(portal.parts.desk.settings, portal.clock.now())
  assert.ok(inForce?.until && Math.abs(end.getTime() - inForce.until.getTime()) < 60_000)
  return inForce.id
}

test('a warning restricts nothing, is told with its appeal, and an appeal takes it back', async () => {
  const person = await equip(portal)
  await reportLetter(portal, { ...person, kind: 'spam' })
  const id = await warnOnPage(person)
  const mail = await awaitText(portal, person.address, /\/appeal\//)
  assert.match(mail.text, /Nothing is restricted now/)
  assert.equal((await portal.platform.observe(person.mailbox))?.suspension ?? 'none', 'none')
  const overview = await person.browser.get('/account')
  assert.ok(overview.status === 200 && overview.html.includes('You have a warning'))
  const page = await person.browser.get('/blocked')
  assert.equal(page.page, 'warned')
  assert.match(page.html, /1 breach of the rules counts/)
  assert.equal((await strikesOf(person.accountId)).count, 1)
  const appealId = await appealAgainst(portal, id)
  const by = { staffId: bela.id, right: 'senior' } as const
  const decided = await decideAppeal(portal.parts.desk, appealId, { decision: 'lifted' }, by)
  assert.equal(decided.kind, 'decided')
  await awaitText(portal, person.address, /the decision about the mailbox .* has been withdrawn/)
  assert.equal((await strikesOf(person.accountId)).count, 0)
  assert.equal((await person.browser.get('/account')).html.includes('You have a warning'), false)
})

test('What was lifted counts no breach, nor does a measure against a stranger.', async () => {
  const { accountId } = await arrive(portal)
  const counted = async () => (await strikesOf(accountId)).count
  assert.equal((await lift(await take({ accountId }))).kind, 'lifted')
  assert.equal(await counted(), 0)
  await lift(await take({ accountId, measure: 'compromised', cause: 'compromised' }))
  assert.equal(await counted(), 0)
  await take({ accountId })
  await take({ accountId, measure: 'suspend-sending' })
  assert.equal(await counted(), 2)
  assert.equal((await strikesOf(accountId)).isMany, false)
})

test('the measures of one case are one breach, which ends with its days', async () => {
  const person = await arrive(portal)
  const { accountId } = person
  await reportLetter(portal, { ...person, kind: 'spam' })
  const caseId = await caseOf(portal, accountId)
  await take({ accountId, caseId })
  const last = await take({ accountId, caseId, measure: 'suspend-sending' })
  assert.equal((await strikesOf(accountId)).count, 1)
  await lift(last)
  assert.equal((await strikesOf(accountId)).count, 0, 'the last measure decides')
  await take({ accountId })
  portal.clock.advance(181 * msPerDay)
  assert.equal((await strikesOf(accountId)).count, 0)
})

test('a warning ends with its days in silence, and keeps nobody from leaving', async () => {
  const person = await equip(portal)
  await take(person)
  await awaitText(portal, person.address, /Nothing is restricted now/)
  const before = (await sentTo(portal, person.address)).length
  portal.clock.advance(181 * msPerDay)
  await endExpiredMeasures(portal.parts.desk)
  assert.equal(await findInForce(portal.db, person.accountId), undefined)
  assert.equal((await sentTo(portal, person.address)).length, before)
  const leaver = await equip(portal)
  await take(leaver)
  assert.equal((await close(leaver.browser)).location, '/account/closed')
})
