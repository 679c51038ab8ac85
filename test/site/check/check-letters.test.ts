import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { checkTasks, roundDays } from '#server/site/check/ask-owners.ts'
import { blockAccount, underLock } from '#test/support/account-lock.ts'
import { awaitText, sentTo } from '#test/support/messages/outbox.ts'
import { eventually } from '#test/support/portal.ts'
import type { Equipped } from '#test/support/recovery/recovery.ts'
import { equip } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import { ask, askedLink, confirmations, day, linkTo, longAgo, provenAt } from './contacts.ts'

const portal = usePortal({ freshLimits: true })

const questions = ({ accountId }: Equipped) =>
  portal.db('contact_questions').where({ account_id: accountId })
const isFresh = async (person: Equipped) =>
  (await provenAt(portal, person)).getTime() > portal.clock.now().getTime() - day
/** Sends the form, whatever the page of the link shows. */
const click = (link: string) => portal.visitor().post(link, {}, { from: '/sign-in' })
const titleOf = async (link: string) =>
  /<h1[^>]*>([^<]*)/.exec((await portal.visitor().get(link)).html)?.[1]
const allSettled = async () =>
  (await portal.db('messages').whereNull('settled_at').first('id')) === undefined
const age = (days: number, { accountId }: Equipped) =>
  portal
    .db('contact_questions')
    .where({ account_id: accountId })
    .update({ sent_at: new Date(portal.clock.now().getTime() - days * day) })

test('a look at the link confirms nothing, a click on its button does', async () => {
  const person = await longAgo(portal)
  const before = await provenAt(portal, person)
  const link = await askedLink(portal, person)
  const visitor = portal.visitor()
  assert.equal((await visitor.get(link)).page, 'check-link')
  assert.deepEqual(await provenAt(portal, person), before)
  const { status, location } = await visitor.post(link, {})
  assert.deepEqual([status, location], [303, link])
  assert.match((await visitor.get(link)).html, /<title>The address is confirmed/)
  assert.ok(await isFresh(person))
})

test('A yearly link confirms its contact once, and gives nothing else.', async () => {
  const person = await longAgo(portal)
  const link = await askedLink(portal, person)
  await Promise.all([click(link), click(link)])
  const first = await provenAt(portal, person)
  portal.clock.advance(60_000)
  await click(link)
  assert.deepEqual(await provenAt(portal, person), first)
  assert.ok(await isFresh(person))
  assert.equal((await confirmations(portal, person)).length, 1)
  const browser = portal.visitor()
  await browser.get(link)
  assert.match((await browser.get('/account')).location ?? '', /^\/sign-in/)
  assert.deepEqual((await sentTo(portal, person.mailbox)).length, 0)
})

test('A yearly link confirms only the contact that it was sent to, while beyond doubt.', async () => {
  const person = await longAgo(portal)
  const link = await askedLink(portal, person)
  const method = portal.parts.methods.byId('backup-address')
  const before = await provenAt(portal, person)
  const { accountId } = person
  await underLock(portal.db, accountId, (trx) => method.doubt(trx, accountId, portal.clock.now()))
  assert.equal(await titleOf(link), 'Something has changed since then')
  await click(link)
  assert.deepEqual(await provenAt(portal, person), before)

  const other = await longAgo(portal)
  const old = await askedLink(portal, other)
  const at = new Date(portal.clock.now().getTime() - 400 * day)
  await portal
    .db('backup_addresses')
    .where({ account_id: other.accountId })
    .update({ confirmed_at: at })
  await click(old)
  assert.equal((await confirmations(portal, other)).length, 0)
})

test('a link from before a new password, a block or its end is dead', async () => {
  const changed = await longAgo(portal)
  const link = await askedLink(portal, changed)
  await changed.browser.post('/account/password', { password: 'zwei Störche im Nebel' })
  assert.equal(await titleOf(link), 'Something has changed since then')

  const blocked = await longAgo(portal)
  const shut = await askedLink(portal, blocked)
  await underLock(portal.db, blocked.accountId, (trx) =>
    blockAccount(trx, blocked.accountId, portal.clock.now()),
  )
  assert.equal(await titleOf(shut), 'Something has changed since then')

  const late = await askedLink(portal, await longAgo(portal))
  portal.clock.advance(31 * day)
  assert.equal(await titleOf(late), 'The link is too old')
  assert.equal(
    await titleOf('/check/no-such-link-at-all-but-long-enough'),
    'The link is not complete',
  )
})

test('a newer letter ends the link of the one before', async () => {
  const person = await longAgo(portal)
  const link = await askedLink(portal, person)
  await age(370, person)
  const newer = await askedLink(portal, person, 2)
  assert.notEqual(newer, link)
  assert.equal(await titleOf(link), 'There is a newer email')
  await click(link)
  assert.equal((await confirmations(portal, person)).length, 0)
  assert.equal(await titleOf(newer), 'Is this address still yours?')
})

test('one letter a year goes to each contact, and none once it is confirmed', async () => {
  const person = await longAgo(portal)
  await Promise.all([ask(portal, person), ask(portal, person)])
  await ask(portal, person)
  assert.equal((await questions(person)).length, 1)
  await click(await linkTo(portal, person))
  await age(370, person)
  await ask(portal, person)
  assert.equal((await questions(person)).length, 1)
})

test('an owner who cannot be asked keeps nobody else from being asked', async () => {
  const person = await longAgo(portal)
  const phone = portal.parts.methods.byId('phone')
  const listUnproven = async () => [randomUUID(), person.accountId]
  const methods = { ...portal.parts.methods, list: [{ ...phone, listUnproven }] }
  const { 'check:ask': task } = checkTasks({ ...portal.parts, methods })
  await assert.rejects(async () => task?.({}, { attempt: 1, maxAttempts: 1 }))
  assert.equal((await questions(person)).length, 1)
})

test('a blocked mailbox and one that is being closed get no letter', async () => {
  const blocked = await longAgo(portal)
  await underLock(portal.db, blocked.accountId, (trx) =>
    blockAccount(trx, blocked.accountId, portal.clock.now()),
  )
  const leaver = await longAgo(portal)
  await leaver.browser.post('/account/close', { confirm: 'on' })
  for (const person of [blocked, leaver]) {
    await ask(portal, person)
    assert.equal((await questions(person)).length, 0)
  }
})

test('the letters of a round go on different days, the one about a phone to the mailbox', async () => {
  const people = [await longAgo(portal), await longAgo(portal), await longAgo(portal)]
  const young = await equip(portal)
  const days = new Set<number>()
  for (let nth = 0; nth < roundDays; nth++) {
    const before = (await portal.db('contact_questions').count())[0]?.count
    await portal.tasks['check:ask']?.({}, { attempt: 1, maxAttempts: 1 } as never)
    if ((await portal.db('contact_questions').count())[0]?.count !== before) days.add(nth)
    // A letter that is still waiting when the clock leaps is too old to be sent.
    await eventually(allSettled)
    portal.clock.advance(day)
  }
  for (const person of people) assert.equal((await questions(person)).length, 2)
  assert.equal((await questions(young)).length, 0)
  assert.ok(days.size > 1, 'three accounts of random ids on one day: one in 784')
  const [{ mailbox } = young] = people
  const { text } = await awaitText(portal, mailbox, /phone is linked/)
  assert.match(text, /\/account\/check$/m)
})

test('a click and a new password 10 ms apart: the click comes first or does nothing', async () => {
  for (let nth = 0; nth < 6; nth++) {
    const person = await longAgo(portal)
    const link = await askedLink(portal, person)
    const fields = { password: 'zwei Störche im Nebel' }
    const change = person.browser.post('/account/password', fields)
    await new Promise((done) => setTimeout(done, nth * 5))
    const [changed] = await Promise.all([change, click(link)])
    assert.equal(changed.location, '/account')
    const entries = await portal
      .db('activity')
      .where({ account_id: person.accountId })
      .orderBy('id')
      .pluck('event')
    const confirmed = entries.indexOf('contact.confirmed')
    assert.ok(confirmed < entries.indexOf('password.changed'))
    assert.equal(await isFresh(person), confirmed >= 0)
  }
})
