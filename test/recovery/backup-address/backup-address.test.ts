import assert from 'node:assert/strict'
import { test } from 'node:test'
import { awaitCode, awaitSent, otherCode, sentTo } from '#test/support/messages/outbox.ts'
import { hanna, type Person, register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal()

const form = '/account/recovery/backup-address'
const confirm = '/account/recovery/backup-address/confirm'
let count = 0
const somebody = (): Person => ({ login: `somebody${++count}n`, password: hanna.password })

async function link(visitor: Visitor, address: string, letters = 1): Promise<void> {
  const asked = await visitor.post(form, { address })
  assert.deepEqual([asked.status, asked.location], [303, confirm], asked.errors.join())
  const code = await awaitCode(portal, address, letters)
  const linked = await visitor.post(confirm, { code })
  assert.deepEqual(
    [linked.status, linked.location],
    [303, '/account/recovery'],
    linked.errors.join(),
  )
}

test('a person links, replaces and removes an address, and all readers get notices', async () => {
  const visitor = await register(portal, hanna)
  const mailbox = 'hanna.k@postern.example'
  assert.match((await visitor.get('/account')).html, /cannot recover access to this mailbox/)
  await link(visitor, 'hanna@elsewhere.example')
  const page = await visitor.get('/account/recovery')
  assert.equal(page.page, 'recovery-methods')
  assert.match(page.html, /The backup address is linked/)
  assert.match(page.html, /h•••••@elsewhere\.example/)
  const overview = (await visitor.get('/account')).html
  assert.doesNotMatch(overview, /cannot recover access to this mailbox/)
  assert.match(overview, /What to do next[\s\S]+You have one recovery method/)

  const [notice] = await awaitSent(portal, mailbox)
  assert.match(notice?.text ?? '', /\/undo\/[\w-]{43}/)
  const toNew = await awaitSent(portal, 'hanna@elsewhere.example', 2)
  assert.doesNotMatch(
    toNew.map((each) => each.text).join(),
    /\/undo\//,
    'the new contact gets no link',
  )

  await link(visitor, 'other@elsewhere.example')
  const toOld = await awaitSent(portal, 'hanna@elsewhere.example', 3)
  assert.match(toOld[0]?.text ?? '', /\/undo\/[\w-]{43}/)
  await awaitSent(portal, mailbox, 2)

  const removed = await visitor.post(`${form}/remove`, {}, { from: '/account/recovery' })
  assert.deepEqual([removed.status, removed.location], [303, '/account/recovery'])
  assert.match((await visitor.get('/account/recovery')).html, /The backup address is removed/)
  await awaitSent(portal, 'other@elsewhere.example', 3)
  await awaitSent(portal, mailbox, 3)
  const { rows } = await portal.db.raw(
    `select event from activity where event like 'backup%' order by id`,
  )
  assert.deepEqual(
    rows.map((row: { event: string }) => row.event),
    ['backup-address.added', 'backup-address.changed', 'backup-address.removed'],
  )
  const undos = await portal.db('undos').select('change', 'told', 'old_sealed').orderBy('made_at')
  assert.deepEqual(
    undos.map((undo) => `${undo.change} ${undo.told} ${undo.old_sealed !== null}`).sort(),
    [
      'backup-address.added mailbox false',
      'backup-address.changed mailbox true',
      'backup-address.changed old-contact true',
      'backup-address.removed mailbox true',
      'backup-address.removed new-contact true',
    ],
  )
})

test('a removed address can be linked again, here and elsewhere', async () => {
  const [one, other] = [await register(portal, somebody()), await register(portal, somebody())]
  await link(one, 'again@elsewhere.example')
  await one.post(`${form}/remove`, {}, { from: '/account/recovery' })
  await link(one, 'again@elsewhere.example', 4)
  await one.post(`${form}/remove`, {}, { from: '/account/recovery' })
  await link(other, 'again@elsewhere.example', 7)
})

test('that another mailbox holds a contact is told only after its code was proven', async () => {
  const [holder, stranger] = [
    await register(portal, somebody()),
    await register(portal, somebody()),
  ]
  await link(holder, 'a.holder@gmail.com')
  const asked = await stranger.post(form, { address: 'AHolder+x@googlemail.com' })
  assert.deepEqual([asked.status, asked.location], [303, confirm])
  const code = await awaitCode(portal, 'AHolder+x@googlemail.com')
  const wrong = await stranger.post(confirm, { code: otherCode(code) })
  assert.deepEqual([wrong.status, wrong.errors], [422, ['code.wrong']])
  const taken = await stranger.post(confirm, { code })
  assert.deepEqual(
    [taken.status, taken.page, taken.errors],
    [422, 'backup-address-confirm', ['backup-address.taken']],
  )
  assert.match(taken.html, /belongs to another mailbox/)
  const { rows } = await portal.db.raw(`
    select count(distinct account_id)::int as n from claims where kind = 'backup-address'
    and account_id in (select account_id from backup_addresses)`)
  assert.ok(rows[0].n >= 1)
  assert.doesNotMatch((await stranger.get('/account/recovery')).html, /@gmail\.com/)
  assert.match((await holder.get('/account/recovery')).html, /a•••••@gmail\.com/)
})

test('proving the own address again changes nothing and sends no notice', async () => {
  const person = somebody()
  const visitor = await register(portal, person)
  await link(visitor, 'proven@elsewhere.example')
  portal.clock.advance(60_000)
  await visitor.post(form, { address: 'Proven+again@elsewhere.example' })
  const code = await awaitCode(portal, 'Proven+again@elsewhere.example')
  assert.equal((await visitor.post(confirm, { code })).location, '/account/recovery')
  const account = await portal
    .db('accounts')
    .where({ address: `${person.login}@postern.example` })
    .first()
  const events = await portal
    .db('activity')
    .where({ account_id: account.id })
    .orderBy('id')
    .pluck('event')
  assert.deepEqual(events, ['account.created', 'backup-address.added'])
  assert.equal((await portal.db('undos').where({ account_id: account.id })).length, 1)
  const row = await portal.db('backup_addresses').where({ account_id: account.id }).first()
  assert.ok(row.proven_at > row.confirmed_at)
})

test('addresses that cannot help are refused with the reason and stay in the form', async () => {
  const visitor = await register(portal, somebody())
  for (const [address, reason] of [
    ['', 'missing'],
    ['nobody', 'shape'],
    ['me@postern.example', 'own-domain'],
    ['me@mail.POSTERN.example', 'own-domain'],
  ] as const) {
    const answer = await visitor.post(form, { address })
    assert.deepEqual(
      [answer.status, answer.page, answer.errors],
      [422, 'backup-address', [`address.${reason}`]],
    )
    if (address) assert.ok(answer.html.includes(`value="${address}"`))
  }
})

test('the pages of the backup address need a fresh password, and its code a form', async () => {
  const visitor = await register(portal, somebody())
  assert.equal((await visitor.get(confirm)).location, form)
  assert.equal(
    (await portal.visitor().get(form)).location,
    `/sign-in?next=${encodeURIComponent(form)}`,
  )
  portal.clock.advance(11 * 60_000)
  assert.equal(
    (await visitor.get(form)).location,
    `/account/confirm-password?next=${encodeURIComponent(form)}`,
  )
  const _csrf = await visitor.token('/account')
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams({ _csrf }).toString()
  const removal = await visitor.send(`${form}/remove`, body, headers)
  assert.equal(
    removal.location,
    `/account/confirm-password?next=${encodeURIComponent('/account/recovery')}`,
  )
})

test('a code works once, even if sent sixteen times at once, and for ten minutes', async () => {
  const visitor = await register(portal, somebody())
  await visitor.post(form, { address: 'once@elsewhere.example' })
  const code = await awaitCode(portal, 'once@elsewhere.example')
  const _csrf = await visitor.token(confirm)
  const send = (typed: string) =>
    visitor.send(confirm, new URLSearchParams({ _csrf, code: typed }).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    })
  const answers = await Promise.all(Array.from({ length: 16 }, () => send(code)))
  // Those that came in time to be judged get the answer of the first; the others find no try left.
  assert.ok(answers.filter((each) => each.status === 303).length >= 1)
  assert.ok(answers.every((each) => each.status === 303 || each.errors[0] === 'code.dead'))
  assert.equal((await awaitSent(portal, 'once@elsewhere.example', 2)).length, 2)

  await visitor.post(form, { address: 'late@elsewhere.example' })
  const late = await awaitCode(portal, 'late@elsewhere.example')
  portal.clock.advance(10 * 60_000 + 1000)
  assert.deepEqual((await send(late)).errors, ['code.dead'])
})

test('of a hundred wrong codes at once five are judged, and then no right one', async () => {
  const visitor = await register(portal, somebody())
  await visitor.post(form, { address: 'guess@elsewhere.example' })
  const code = await awaitCode(portal, 'guess@elsewhere.example')
  const _csrf = await visitor.token(confirm)
  const send = (typed: string) =>
    visitor.send(confirm, new URLSearchParams({ _csrf, code: typed }).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    })
  const answers = await Promise.all(Array.from({ length: 100 }, () => send(otherCode(code))))
  assert.equal(answers.filter((each) => each.errors[0] === 'code.wrong').length, 5)
  // A busy portal turns some away: those were not judged either.
  const unjudged = answers.filter((each) => each.errors[0] === 'code.dead' || each.status === 503)
  assert.equal(unjudged.length, 95)
  assert.deepEqual((await send(code)).errors, ['code.dead'])
  const again = await visitor.post(form, { address: 'guess@elsewhere.example' })
  assert.equal(again.status, 429, 'sending again refills nothing')
  assert.ok(Number(again.headers.get('retry-after')) <= 600)
  assert.deepEqual((await send(code)).errors, ['code.dead'])
})

test('a new code voids the one before and gives no tries back', async () => {
  const visitor = await register(portal, somebody())
  await visitor.post(form, { address: 'twice@elsewhere.example' })
  const first = await awaitCode(portal, 'twice@elsewhere.example')
  for (let i = 0; i < 3; i++) await visitor.post(confirm, { code: otherCode(first) })
  const again = await visitor.post(`${confirm}/again`, {}, { from: confirm })
  assert.deepEqual([again.status, again.location], [303, confirm])
  const second = await awaitCode(portal, 'twice@elsewhere.example', 2)
  if (first !== second)
    assert.deepEqual((await visitor.post(confirm, { code: first })).errors, ['code.wrong'])
  assert.deepEqual((await visitor.post(confirm, { code: otherCode(second) })).errors, [
    'code.wrong',
  ])
  assert.deepEqual((await visitor.post(confirm, { code: second })).errors, ['code.dead'])
})

test('the sixth message within ten minutes is refused, and the page says until when', async () => {
  const visitor = await register(portal, somebody())
  const ask = (i: number) => visitor.post(form, { address: `many${i}@elsewhere.example` })
  for (let i = 0; i < 5; i++) assert.equal((await ask(i)).status, 303)
  const full = await ask(5)
  assert.deepEqual([full.status, full.page], [429, 'too-many-tries'])
  assert.ok(Number(full.headers.get('retry-after')) > 500)
  assert.deepEqual(await sentTo(portal, 'many5@elsewhere.example'), [])
})
