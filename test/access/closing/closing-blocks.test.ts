// Leaving and the desk: who is restricted does not leave, and a block stops the days.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCommand } from '#server/cli/portal.ts'
import { signToken } from '#server/core/keys/signed-token.ts'
import { insertAppeal, listWaitingAppeals } from '#server/desk/appeals/appeal-store.ts'
import { appealPurpose } from '#server/desk/measures/apply-measure.ts'
import { findInForce } from '#server/desk/measures/measure-store.ts'
import { liftMeasure, takeMeasure } from '#server/desk/measures/take-measure.ts'
import { countTabs } from '#server/desk/queue/queue-store.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { enrolStaff, enterStaff } from '#test/support/desk/staff.ts'
import { accountIdOf, register, signIn } from '#test/support/people.ts'
import { type Equipped, equip } from '#test/support/recovery/recovery.ts'
import { close, day, inDirectory, leaver, rowOf, sweep, untilConverged } from './leavers.ts'

const senior = { staffId: '', right: 'senior' as const }
const portal = useAbusePortal({}, async (portal) => {
  const staff = { login: 'senior.staff', password: 'a long password of these tests' }
  await register(portal, staff)
  senior.staffId = await accountIdOf(portal, staff.login)
})

const run = (line: string) =>
  runCommand(line.split(' '), {
    DATABASE_URL: portal.database.url,
    SECRET_KEYS: portal.settings.secretKeys.join(),
    ARGON2_MEMORY_KIB: '64',
    ARGON2_PASSES: '1',
    BASE_URL: portal.url,
  })

const remind = ({ accountId }: Equipped) => {
  const task = portal.tasks['closing:remind']
  assert.ok(task)
  return task({ accountId }, { attempt: 1, maxAttempts: 1 } as never)
}

const remindersOf = ({ accountId }: Equipped) =>
  portal.db('messages').where({ owner_id: accountId, name: 'account-closing-soon' })

const typed = ({ login, password }: Equipped) => ({ login, password })

async function take(person: Equipped, measure: 'suspend-sending' | 'block'): Promise<void> {
  const { accountId } = person
  const wanted = { accountId, caseId: null, measure, cause: 'phishing', until: null } as const
  const taken = await takeMeasure(portal.parts.desk, wanted, senior)
  assert.equal(taken.kind, 'taken')
}

async function lift(person: Equipped): Promise<void> {
  const inForce = await findInForce(portal.db, person.accountId)
  assert.equal((await liftMeasure(portal.parts.desk, inForce?.id ?? '', senior)).kind, 'lifted')
}

test('an account under a measure of the desk cannot be closed by its owner', async () => {
  const person = await equip(portal)
  await take(person, 'suspend-sending')
  const browser = await signIn(portal, typed(person))
  const page = await browser.get('/account/close')
  assert.ok(page.html.includes('href="/blocked"') && !page.html.includes('name="confirm"'))
  const token = await browser.token('/account')
  const sent = await browser.send('/account/close', `_csrf=${token}&confirm=on`, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.equal(sent.page, 'close')
  assert.equal((await rowOf(portal, person.accountId)).closing_at, null)
  await lift(person)
  assert.equal((await close(await signIn(portal, typed(person)))).location, '/account/closed')
})

test('days in which a block keeps the owner out do not count as days to come back', async () => {
  const person = await leaver(portal)
  await take(person, 'block')
  assert.equal((await portal.visitor().post('/sign-in', typed(person))).location, '/blocked')
  portal.clock.advance(40 * day)
  await sweep(portal)
  portal.clock.advance(29 * day)
  await sweep(portal)
  assert.equal((await rowOf(portal, person.accountId)).closed_at, null)
  await lift(person)
  await untilConverged(portal, person.accountId)
  const { suspension } = await inDirectory(portal, person.accountId)
  assert.equal(suspension, 'all', 'the mailbox is still being closed')
  const browser = portal.visitor()
  assert.equal((await browser.post('/sign-in', typed(person))).location, '/account/closed')
  portal.clock.advance(29 * day)
  await sweep(portal)
  assert.equal((await rowOf(portal, person.accountId)).closed_at, null, 'all days are left')
  portal.clock.advance(2 * day)
  await sweep(portal)
  assert.ok((await rowOf(portal, person.accountId)).closed_at)
})

test('a measure ends with its account, and nobody waits for its appeal', async () => {
  const person = await leaver(portal)
  await take(person, 'suspend-sending')
  const { accountId } = person
  const measure = await findInForce(portal.db, accountId)
  const link = `/appeal/${signToken(portal.keyring, appealPurpose, measure?.id ?? '')}`
  const reader = portal.visitor()
  const token = await reader.token(link)
  portal.clock.advance(31 * day)
  await sweep(portal)
  assert.ok((await rowOf(portal, accountId)).closed_at)
  assert.equal(await findInForce(portal.db, accountId), undefined)
  const sent = await reader.send(link, `_csrf=${token}&appeal=A+mistake`, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.notEqual(sent.status, 303)
  const left = await portal.db('activity').where({ account_id: accountId })
  assert.deepEqual(left, [], 'no entry after the end')
  const about = { reference: 'A-1', measureId: measure?.id ?? '' }
  const appeal = { ...about, text: 'A mistake', at: portal.clock.now() }
  await portal.db.transaction((trx) => insertAppeal(trx, portal.keyring, appeal))
  const counts = await countTabs(portal.db, senior.staffId, portal.clock.now())
  assert.equal(counts.appeals, 0)
  assert.deepEqual(await listWaitingAppeals(portal.db, portal.keyring, 5), [])
})

test('an owner whom a block keeps out is reminded when the days run again', async () => {
  const person = await leaver(portal)
  await take(person, 'block')
  await remind(person)
  assert.equal((await remindersOf(person)).length, 0)
  await lift(person)
  await remind(person)
  assert.equal((await remindersOf(person)).length, 2)
})

test('a letter that says that the mailbox is open waits until it is', async () => {
  const queuesOf = async (name: string, { accountId }: Equipped) => {
    const { rows } = await portal.db.raw(
      `select distinct q.queue_name as queue from messages m
       join graphile_worker._private_jobs j on j.key = 'message:' || m.id
       left join graphile_worker._private_job_queues q on q.id = j.job_queue_id
       where m.owner_id = :accountId and m.name = :name order by 1`,
      { accountId, name },
    )
    return rows.map(({ queue }: { queue: string | null }) => queue)
  }
  const [kept, lifted] = [await leaver(portal), await equip(portal)]
  await take(lifted, 'block')
  await portal.stopWorker()
  assert.equal((await run(`account keep ${kept.login}`)).status, 0)
  await lift(lifted)
  const mailboxFirst = ({ accountId }: Equipped) => [`mailbox:${accountId}`, null]
  assert.deepEqual(await queuesOf('account-kept', kept), mailboxFirst(kept))
  assert.deepEqual(await queuesOf('account-unblocked', lifted), mailboxFirst(lifted))
  await portal.startWorker()
})

test('The right password of a shut mailbox never counts as a wrong one.', async () => {
  const [left, blocked] = [await leaver(portal), await equip(portal)]
  await take(blocked, 'block')
  await portal.db('rate_limits').delete()
  for (const person of [left, blocked])
    for (let nth = 0; nth < 7; nth++) {
      const entry = await portal.visitor().post('/sign-in', typed(person))
      assert.equal(entry.location, person === left ? '/account/closed' : '/blocked')
    }
  const counted = await portal.db('rate_limits').whereLike('key', 'sign-in%')
  assert.deepEqual(
    counted.filter(({ points }) => points > 0),
    [],
  )
})

test('a password given in an earlier epoch shows nothing of a closing', async () => {
  const person = await leaver(portal)
  const browser = portal.visitor()
  await browser.post('/sign-in', typed(person))
  const token = await browser.token('/account/closed')
  await take(person, 'block')
  assert.equal((await browser.get('/account/closed')).location, '/sign-in')
  await lift(person)
  assert.equal((await browser.get('/account/closed')).location, '/sign-in')
  const kept = await browser.send('/sign-in/keep', `_csrf=${token}`, {
    'content-type': 'application/x-www-form-urlencoded',
  })
  assert.equal(kept.location, '/account/closed')
  assert.ok((await rowOf(portal, person.accountId)).closing_at)
})

test('an operator closes and keeps an account, and staff see until when it can be kept', async () => {
  const person = await equip(portal)
  const staff = await enrolStaff(portal, 'staff.sees', 'support')
  const closed = await run(`account close ${person.login}`)
  assert.equal(closed.status, 0, closed.text)
  assert.equal((await run(`account close ${person.login}`)).status, 3)
  const shown = await run(`account show ${person.login}`)
  assert.match(shown.text, /closesAt/)
  const console = await enterStaff(portal, staff)
  assert.match(
    (await console.get(`/staff/accounts/${person.accountId}`)).html,
    /being closed until/,
  )
  assert.equal((await run(`account keep ${person.login}`)).status, 0)
  assert.equal((await run(`account keep ${person.login}`)).status, 3)
  await signIn(portal, typed(person))
  const events = await portal.db('activity').where({ account_id: person.accountId }).pluck('event')
  assert.ok(events.includes('account.closing') && events.includes('account.kept'))
})
