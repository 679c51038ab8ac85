import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type NextStep, steps } from '#server/kit/pages/owner/security-check.ts'
import { joinCheck } from '#server/site/check/read-check.ts'
import { underLock } from '#test/support/account-lock.ts'
import { arrive } from '#test/support/people.ts'
import { equip } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'
import { confirmations, day, longAgo, provenAt } from './contacts.ts'

const portal = usePortal({ freshLimits: true })
const page = '/account/check'

const asked = ({ html }: { html: string }) =>
  [...html.matchAll(/data-question="([^"]*)"/g)].map(([, kind]) => kind)
const bannerOf = async (visitor: Visitor, path: string) =>
  /status-banner--(\w+)"[\s\S]*?status-banner__title">([^<]*)/
    .exec((await visitor.get(path)).html)
    ?.slice(1)

test('the security check lists the password, each way back, devices and programs', async () => {
  const { browser } = await equip(portal)
  const answer = await browser.get(page)
  assert.equal(answer.page, 'check')
  const titles = [...answer.html.matchAll(/card__title">([^<]*)</g)].map(([, title]) => title)
  for (const name of ['Password', 'Phone', 'Backup address', 'Security question', 'Devices'])
    assert.ok(titles.includes(name), `${name} in ${titles.join()}`)
  assert.match(answer.html, /3 are set up/)
  assert.deepEqual(asked(answer), [])
})

test('the check is for owners who signed in', async () => {
  const { location } = await portal.visitor().get(page)
  assert.match(location ?? '', /^\/sign-in\?/)
})

test('only contacts whose last proof is older than CHECK_MONTHS are asked about', async () => {
  const person = await longAgo(portal)
  assert.deepEqual(asked(await person.browser.get(page)).toSorted(), ['backup-address', 'phone'])
  const at = new Date(portal.clock.now().getTime() - 360 * day)
  await portal.db('phones').where({ account_id: person.accountId }).update({ proven_at: at })
  const answer = await person.browser.get(page)
  assert.deepEqual(asked(answer), ['backup-address'])
  assert.match(answer.html, /last confirmed 14 months ago/)
})

test('a contact in doubt is no question: its owner has to confirm it again', async () => {
  const { browser, accountId } = await longAgo(portal)
  await underLock(portal.db, accountId, (trx) =>
    portal.parts.methods.byId('phone').doubt(trx, accountId, portal.clock.now()),
  )
  assert.deepEqual(asked(await browser.get(page)), ['backup-address'])
})

test('an owner’s yes ends the question and proves nothing', async () => {
  const person = await longAgo(portal)
  const before = await provenAt(portal, person)
  const answer = await person.browser.post(page, { contact: 'backup-address' })
  assert.deepEqual([answer.status, answer.location], [303, page])
  const shown = await person.browser.get(page)
  assert.deepEqual(asked(shown), ['phone'])
  assert.match(shown.html, /We will ask again/)
  assert.deepEqual(await provenAt(portal, person), before)
  const [entry] = await confirmations(portal, person)
  assert.ok(entry)
  assert.match(
    (await person.browser.get('/account/activity')).html,
    /backup address is still yours/,
  )
})

test('an owner’s yes about one contact says nothing about the next one', async () => {
  const person = await longAgo(portal)
  await person.browser.post(page, { contact: 'phone' })
  const at = new Date(portal.clock.now().getTime() - 400 * day)
  await portal
    .db('phones')
    .where({ account_id: person.accountId })
    .update({ confirmed_at: at, proven_at: at })
  assert.ok(asked(await person.browser.get(page)).includes('phone'))
})

test('an owner’s yes demands a fresh password', async () => {
  const { browser } = await longAgo(portal)
  portal.clock.advance(11 * 60_000)
  const { location } = await browser.post(page, { contact: 'phone' })
  assert.match(location ?? '', /^\/account\/confirm-password\?next=/)
  assert.equal(asked(await browser.get(page)).length, 2)
})

test('a yes about a contact that the mailbox does not have is refused', async () => {
  const { visitor } = await arrive(portal)
  for (const contact of ['phone', 'nonsense', '']) {
    const answer = await visitor.post(page, { contact })
    assert.deepEqual([answer.status, answer.errors], [422, ['contact.gone']])
  }
})

test('the banner of the overview leads to the check and says the same', async () => {
  const people = [await arrive(portal).then(({ visitor }) => visitor)]
  people.push((await longAgo(portal)).browser, (await equip(portal)).browser)
  const seen = new Set<string>()
  for (const visitor of people) {
    const overview = await visitor.get('/account')
    assert.match(overview.html, /status-banner[\s\S]*href="\/account\/check"/)
    const banner = await bannerOf(visitor, '/account')
    assert.deepEqual(await bannerOf(visitor, page), banner)
    seen.add(String(banner?.[0]))
  }
  assert.deepEqual([...seen], ['bad', 'wait', 'good'])
})

test('the overview shows one next step, the one on top of the check', async () => {
  const person = await longAgo(portal)
  const { accountId, browser } = person
  const stepsOn = async (path: string) =>
    (await browser.get(path)).html.split('What to do next').length - 1
  await browser.post('/account/recovery/security-question/remove', {})
  await portal.db('phones').where({ account_id: accountId }).delete()
  const { html } = await browser.get('/account')
  assert.equal(await stepsOn('/account'), 1)
  assert.match(html, /check#backup-address/)
  await portal
    .db('backup_addresses')
    .where({ account_id: accountId })
    .update({ proven_at: new Date() })
  assert.equal(await stepsOn('/account'), 1)
  assert.match((await browser.get('/account')).html, /a second/i)
})

test('the gravest open step stands on top, whichever feature brings it', () => {
  const item = (step: NextStep['step'], rank: number) => ({
    rank,
    icon: 'safe',
    name: 'check.title',
    action: 'check.title',
    href: page,
    state: 'wait' as const,
    lines: [],
    next: { step, text: 'check.title', action: 'check.title', href: page },
  })
  const all = steps.map((step, nth) => item(step, 100 - nth))
  for (const [nth, step] of steps.entries())
    assert.equal(joinCheck(all.slice(nth).toReversed(), []).next?.step, step)
  assert.equal(joinCheck([], []).next, undefined)
})
