// Leaving: the mailbox is shut, its owner can come back, and in the end nothing is left.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { startProbation } from '#server/accounts/accounts/store.ts'
import { verifyActivity } from '#server/accounts/activity/store.ts'
import { giveSheet } from '#test/recovery/recovery-codes/sheets.ts'
import { underLock } from '#test/support/account-lock.ts'
import { assertAbsent, dumpDatabase } from '#test/support/dump.ts'
import { awaitText, sentTo } from '#test/support/messages/outbox.ts'
import { type Person, signIn } from '#test/support/people.ts'
import { begin, equip, linkOf, proveByPhone, undoLinkOf } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import {
  belongings,
  close,
  day,
  inDirectory,
  leaver,
  rowOf,
  secretsOf,
  sweep,
  untilConverged,
} from './leavers.ts'

const portal = usePortal({ freshLimits: true, env: { TWILIO_AUTH_TOKEN: '' } })

const formOf = ({ login, password }: Person) => ({ login, password })

const newPassword = 'zwei Störche im Nebel'

it('a mailbox is closed only after the password was typed a moment ago', async () => {
  const { browser } = await equip(portal)
  portal.clock.advance(11 * 60_000)
  const asked = await browser.get('/account/close')
  assert.equal(asked.location, '/account/confirm-password?next=%2Faccount%2Fclose')
  const token = await browser.token('/account')
  const sent = await browser.send('/account/close', `_csrf=${token}&confirm=on`, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.equal(sent.location, '/account/confirm-password?next=%2Faccount%2Fclose')
})

it('a mailbox is closed only after its owner has said yes to what happens', async () => {
  const { browser, accountId } = await equip(portal)
  const refused = await browser.post('/account/close', { contacts: 'after' })
  assert.deepEqual([refused.status, refused.errors], [422, ['confirm.missing']])
  assert.deepEqual((await close(browser, { contacts: 'other' })).errors, ['contacts.unknown'])
  assert.equal((await rowOf(portal, accountId)).closing_at, null)
})

it('a closing signs out everywhere, shuts the mailbox and tells mailbox and contacts', async () => {
  const person = await equip(portal)
  const other = await signIn(portal, person)
  await person.browser.post('/account/app-passwords/new', { name: 'Phone', imap: 'on' })
  await close(person.browser)
  for (const browser of [person.browser, other])
    assert.match((await browser.get('/account')).location ?? '', /^\/sign-in/)
  await untilConverged(portal, person.accountId)
  const mailbox = await inDirectory(portal, person.accountId)
  assert.deepEqual([mailbox.suspension, mailbox.receive_allowed], ['all', false])
  assert.match(mailbox.suspension_reason, /\/sign-in$/)
  const { rows } = await portal.db.raw(
    'select services from mail_directory.dovecot_app_passwords where address = ?',
    [person.mailbox],
  )
  assert.deepEqual(rows, [{ services: [] }])
  for (const to of [person.mailbox, person.address, person.phone])
    await awaitText(portal, to, /being closed|закрыва/)
})

it('the right password of a mailbox that is being closed opens only the page to keep it', async () => {
  const person = await leaver(portal)
  const browser = portal.visitor()
  const wrong = await browser.post('/sign-in', { login: person.login, password: newPassword })
  assert.deepEqual(wrong.errors, ['password.wrong'])
  assert.equal((await browser.get('/account/closed')).location, '/sign-in')
  const right = await browser.post('/sign-in', {
    login: person.login,
    password: person.password,
    next: '/account/password',
  })
  assert.equal(right.location, '/account/closed')
  assert.match((await browser.get('/account')).location ?? '', /^\/sign-in/)
  const page = await browser.get('/account/closed')
  assert.equal(page.page, 'closed')
  assert.ok(page.html.includes('/sign-in/keep'))
  portal.clock.advance(16 * 60_000)
  assert.equal((await browser.get('/account/closed')).location, '/sign-in')
})

it('A person who leaves a closing mailbox leaves nothing in the browser that opens it.', async () => {
  const { browser } = await leaver(portal)
  const left = await browser.post('/sign-out', {}, { from: '/account/closed' })
  assert.equal(left.location, '/')
  assert.equal((await browser.get('/account/closed')).location, '/sign-in')
})

it('who comes back within the days has all as it was', async () => {
  const person = await equip(portal)
  await person.browser.post('/account/app-passwords/new', { name: 'Phone', imap: 'on' })
  await untilConverged(portal, person.accountId)
  const before = await belongings(portal.db, person.accountId)
  assert.ok(before.length > 12, before.join('\n'))
  await close(person.browser)
  await untilConverged(portal, person.accountId)
  assert.notDeepEqual(await belongings(portal.db, person.accountId), before)
  portal.clock.advance(29 * day)
  await sweep(portal)
  const back = await person.browser.post('/sign-in', formOf(person))
  assert.equal(back.location, '/account/closed')
  const page = await person.browser.get('/account/closed')
  assert.match(page.html, /It closes for good tomorrow at/)
  const kept = await person.browser.post('/sign-in/keep', {}, { from: '/account/closed' })
  assert.equal(kept.location, '/account')
  const overview = await person.browser.get('/account')
  assert.equal(overview.page, 'account')
  assert.match(overview.html, /stays open/)
  await untilConverged(portal, person.accountId)
  assert.deepEqual(await belongings(portal.db, person.accountId), before)
  portal.clock.advance(2 * day)
  await sweep(portal)
  assert.equal((await rowOf(portal, person.accountId)).closed_at, null)
})

it('who forgot the password keeps the mailbox by recovering access', async () => {
  const person = await leaver(portal)
  const visitor = await proveByPhone(portal, person, 2)
  const token = await visitor.token('/recover/new-password')
  const form = new URLSearchParams({ _csrf: token, password: newPassword }).toString()
  for (let click = 0; click < 2; click++) {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    const set = await visitor.send('/recover/new-password', form, type)
    assert.equal(set.location, '/recover/done')
  }
  assert.equal((await rowOf(portal, person.accountId)).closing_at, null)
  await signIn(portal, { login: person.login, password: newPassword })
  await untilConverged(portal, person.accountId)
  assert.equal((await inDirectory(portal, person.accountId)).suspension, 'none')
})

it('the link of the letter about a closing keeps the mailbox and leads to a new password', async () => {
  const person = await leaver(portal, { contacts: 'now' })
  assert.equal((await portal.db('phones').where({ account_id: person.accountId })).length, 0)
  const link = await undoLinkOf(portal, person.address, /being closed[\s\S]*\/undo\//)
  const browser = portal.visitor()
  assert.equal((await browser.post(link)).location, '/recover/new-password')
  const row = await rowOf(portal, person.accountId)
  assert.deepEqual([row.closing_at, row.closes_at], [null, null])
  const kinds = await portal.db('claims').where({ account_id: person.accountId }).pluck('kind')
  assert.deepEqual(kinds.toSorted(), ['backup-address', 'login', 'login-look-alike', 'phone'])
})

it('contacts are free for others at once or after the days, as the owner chooses', async () => {
  const holder = async (contacts: string) => {
    const person = await leaver(portal, { contacts })
    const kinds = await portal.db('claims').where({ account_id: person.accountId }).pluck('kind')
    return { person, held: kinds.filter((kind) => !kind.startsWith('login')).length }
  }
  const later = await holder('after')
  assert.equal(later.held, 2)
  const { person, held } = await holder('now')
  assert.equal(held, 0)
  await awaitText(portal, person.phone, /removed|выдал|адвяз/)
  portal.clock.advance(31 * day)
  await sweep(portal)
  const left = await portal.db('claims').where({ account_id: later.person.accountId })
  assert.deepEqual(left.map(({ kind }) => kind).toSorted(), ['login', 'login-look-alike'])
})

it('after its end no table holds a contact, a code or a verifier of the account', async () => {
  const person = await equip(portal)
  const { browser, accountId } = person
  await browser.post('/account/app-passwords/new', { name: 'Phone', imap: 'on' })
  await giveSheet(portal, accountId)
  const visitor = await begin(portal, person.login)
  await linkOf(portal, visitor, person)
  await proveByPhone(portal, person)
  await browser.post('/account/password', { password: newPassword })
  await browser.post('/account/recovery/phone', { phone: '+375291234567' })
  await untilConverged(portal, accountId)
  // Messages that wait hold contacts as well.
  await portal.stopWorker()
  await close(browser)
  const secrets = await secretsOf(portal.db, accountId)
  const columns = [...secrets.keys()].join(' ')
  for (const known of ['password_verifier', 'claims', 'messages.payload', 'printed_codes'])
    assert.match(columns, new RegExp(known))
  for (const known of ['recovery_flows', 'undos', 'mail_directory.mailboxes', 'secret_sha256'])
    assert.match(columns, new RegExp(known))
  portal.clock.advance(31 * day)
  await sweep(portal)
  await portal.startWorker()
  await untilConverged(portal, accountId)
  const after = await secretsOf(portal.db, accountId)
  assert.deepEqual([...after.keys()], [])
  const dump = (await dumpDatabase(portal.db)).toLowerCase()
  for (const [column, values] of secrets)
    for (const value of values)
      assert.ok(!dump.includes(value.toLowerCase().replaceAll('\\', '\\\\')), column)
  assertAbsent(dump, { phone: person.phone, address: person.address, answer: person.answer })
  assert.equal(await inDirectory(portal, accountId).then((row) => row.login_allowed), false)
})

it('the record of a closed account is gone, and the chain of the portal has its digest', async () => {
  const person = await leaver(portal)
  const head = () => portal.db('activity_heads').where({ chain: person.accountId }).first()
  assert.ok(await head())
  portal.clock.advance(31 * day)
  await sweep(portal)
  assert.equal(await head(), undefined)
  assert.equal((await portal.db('activity').where({ account_id: person.accountId })).length, 0)
  const folded = await portal.db('activity').where({ event: 'activity.folded' })
  const own = folded.find(({ details }) => details.account === person.accountId)
  assert.match(own.details.digest, /^[0-9a-f]{60,}$/)
  for await (const broken of verifyActivity(portal.db, portal.keyring)) assert.fail(broken.fault)
})

it('the name of a closed mailbox is never given out again', async () => {
  const person = await leaver(portal)
  portal.clock.advance(31 * day)
  await sweep(portal)
  assert.ok((await rowOf(portal, person.accountId)).closed_at)
  const again = await portal.visitor().post('/register', formOf(person))
  assert.equal(again.status, 422)
  assert.match(again.errors.join(), /login\.taken/)
  const wrong = await portal.visitor().post('/sign-in', formOf(person))
  assert.deepEqual(wrong.errors, ['password.wrong'])
  const gone = await person.browser.get('/account/closed')
  assert.equal(gone.location, '/sign-in')
})

it('during probation an account cannot be closed', async () => {
  const { browser, accountId } = await equip(portal)
  const until = new Date(portal.clock.now().getTime() + day)
  await underLock(portal.db, accountId, (trx) => startProbation(trx, accountId, until))
  const page = await browser.get('/account/close')
  assert.ok(!page.html.includes('name="confirm"'))
  const token = await browser.token('/account')
  const sent = await browser.send('/account/close', `_csrf=${token}&confirm=on`, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.deepEqual([sent.status, sent.page], [200, 'close'])
  assert.equal((await rowOf(portal, accountId)).closing_at, null)
})

it('the contacts are told once more before the end, and nobody after it', async () => {
  const person = await leaver(portal)
  portal.clock.advance(28 * day)
  const remind = portal.tasks['closing:remind']
  const run = () => remind?.({ accountId: person.accountId }, {} as never)
  await run()
  await run()
  for (const to of [person.address, person.phone]) await awaitText(portal, to, /soon close|хутка/)
  const isReminder = ({ text }: { text: string }) => /soon close|хутка/.test(text)
  assert.equal((await sentTo(portal, person.phone)).filter(isReminder).length, 1)
  assert.equal((await sentTo(portal, person.mailbox)).filter(isReminder).length, 0)
})
