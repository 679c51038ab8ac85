import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { holdFilters } from '#server/mail/filters/hold-filters.ts'
import { PlatformError } from '#server/mail/mail-platform/mail-platform.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { addAlias, removeAlias } from '#server/mail/mailboxes/change-aliases.ts'
import { reconcileMailboxes } from '#server/mail/mailboxes/reconcile/reconcile-mailboxes.ts'
import { wantMailboxSuspension } from '#server/mail/mailboxes/want-mailbox.ts'
import { underLock } from '#test/support/account-lock.ts'
import { wanting } from '#test/support/mail-platform/wanted-mailbox.ts'
import { type Person, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

let count = 0
let person: Person
const platform = createMemoryPlatform()
const portal = usePortal({ ports: { platform } })
beforeEach(() => {
  count += 1
  person = {
    login: `person.${'abcdefghijklmnopqrst'[count]}`,
    password: 'a bench under the linden',
  }
  platform.slowBy(0)
})

const addressOf = (who: Person) => `${who.login}@postern.example`
const rowOf = (who: Person) =>
  portal
    .db('mailboxes')
    .where({ address: addressOf(who) })
    .first()
const settled = (who: Person, revision = 1) =>
  eventually(async () => Number((await rowOf(who)).applied_revision) >= revision && rowOf(who))

test('the account page tells the truth while the platform is slow', async () => {
  platform.slowBy(400)
  const visitor = await register(portal, person)
  assert.match((await visitor.get('/account')).html, /Being set up/)
  await settled(person)
  assert.match((await visitor.get('/account')).html, /Ready/)
})

test('a new password counts as live only when the platform has it', async () => {
  const visitor = await register(portal, person)
  await settled(person)
  platform.slowBy(300)
  await visitor.post('/account/password', { password: 'the linden has lost its leaves' })
  assert.equal((await rowOf(person)).password_live_at, null)
  const row = await settled(person, 2)
  assert.ok(row.password_live_at)
  assert.match((await visitor.get('/account')).html, /since/)
})

test('a lost answer of the platform makes no second mailbox', async () => {
  platform.next('apply', { kind: 'lose-answer' })
  await register(portal, person)
  const row = await settled(person)
  assert.equal(row.failures, 0)
  const held = []
  for await (const each of platform.list()) if (each.address === addressOf(person)) held.push(each)
  assert.equal(held.length, 1)
})

test('a mailbox converges by itself after failed and doubled calls', async () => {
  platform.next(
    'apply',
    { kind: 'fail', error: new PlatformError('retry', 'busy', { retryAfterSeconds: 0.1 }) },
    { kind: 'twice' },
  )
  await register(portal, person)
  await settled(person)
})

test('a mailbox that the platform refuses needs an operator until its next change', async () => {
  platform.next('apply', { kind: 'fail', error: new PlatformError('permanent', 'refused') })
  const visitor = await register(portal, person)
  await eventually(async () => (await rowOf(person)).needs_operator_at)
  assert.doesNotMatch((await visitor.get('/account')).html, />Ready</)
  await visitor.post('/account/password', { password: 'the linden has lost its leaves' })
  const row = await settled(person, 2)
  assert.equal(row.needs_operator_at, null)
})

test('ten changes in a row arrive in order, and the last one stays in force', async () => {
  const visitor = await register(portal, person)
  for (let n = 0; n < 10; n++)
    await visitor.post('/account/password', { password: `sentence number ${n} of many` })
  const row = await settled(person, 11)
  const observed = await platform.observe(addressOf(person))
  assert.equal(observed?.revision, Number(row.revision))
  const account = await portal
    .db('accounts')
    .where({ address: addressOf(person) })
    .first('password_verifier')
  assert.equal(observed?.password, account.password_verifier)
})

test('filters are switched off after sessions end, since a session could switch them on', async () => {
  await register(portal, person)
  const { account_id: accountId } = await settled(person)
  const before = platform.calls.length
  platform.next('filters.deactivate', { kind: 'lose-answer' })
  await underLock(portal.db, accountId, async (trx) => {
    const at = portal.clock.now()
    await wantMailboxSuspension(trx, { accountId, suspension: 'login', at })
    await holdFilters(trx, { accountId, at })
  })
  await settled(person, 3)
  await eventually(async () => {
    const { ended_filters_revision: ended, end_filters_revision: wanted } = await rowOf(person)
    return ended === wanted
  })
  const made = platform.calls.slice(before).filter(({ address }) => address === addressOf(person))
  assert.deepEqual(
    // A mailbox may be measured in between.
    made.map(({ call }) => call).filter((call) => call !== 'observe'),
    [
      ...['apply', 'applyAppPasswords', 'endSessions', 'filters.list', 'filters.deactivate'],
      ...['apply', 'applyAppPasswords', 'filters.list', 'filters.deactivate'],
    ],
  )
})

test('a removed alias stays with its account, so nobody else gets its letters', async () => {
  await register(portal, person)
  const { account_id: accountId } = await settled(person)
  const other = { ...person, login: 'other.one' }
  await register(portal, other)
  const { account_id: otherId } = await settled(other)
  const alias = 'former.name@postern.example'
  assert.equal(await addAlias(portal, { accountId, alias }), 'added')
  assert.equal(await removeAlias(portal, { accountId, alias }), 'removed')
  assert.equal(await addAlias(portal, { accountId: otherId, alias }), 'taken')
  assert.equal(await addAlias(portal, { accountId, alias }), 'added')
})

test('reconciliation finds and mends missing, surplus and drifted mailboxes', async () => {
  const lost = { ...person, login: 'lost.one' }
  const drifted = { ...person, login: 'drifted.one' }
  for (const who of [lost, drifted]) {
    await register(portal, who)
    await settled(who)
  }
  await eventually(
    async () =>
      (await portal.db('mailboxes').whereRaw('applied_revision < revision').first()) === undefined,
  )
  platform.tamper(addressOf(lost), undefined)
  platform.tamper(addressOf(drifted), { suspension: 'send', password: 'changed behind our back' })
  const surplus = wanting('postern.example', () => 'phc')('surplus')
  await platform.apply(surplus)
  const found = await reconcileMailboxes(portal, false)
  assert.deepEqual(
    found.differences.map(({ address, kind, fields }) => [address, kind, ...fields]).sort(),
    [
      [addressOf(drifted), 'drifted', 'suspension', 'password'],
      [addressOf(lost), 'missing'],
      [surplus.address, 'surplus'],
    ],
  )
  const fixed = await reconcileMailboxes(portal, true)
  assert.deepEqual([fixed.mended, fixed.removed], [2, 1])
  await settled(lost, 2)
  await settled(drifted, 2)
  assert.deepEqual((await reconcileMailboxes(portal, false)).differences, [])
})
