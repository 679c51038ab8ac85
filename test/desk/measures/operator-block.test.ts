// A block by `portal account block` is a measure like any other.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Knex } from 'knex'
import { up } from '#db/migrations/0080-0119/0089-operator-blocks-are-measures.ts'
import { msPerDay } from '#server/core/durations.ts'
import { decideAppeal } from '#server/desk/appeals/decide-appeal.ts'
import { findInForce } from '#server/desk/measures/measure-store.ts'
import { blockByOperator, liftByOperator } from '#server/desk/measures/operator/operator-block.ts'
import { endExpiredMeasures, liftMeasure, takeMeasure } from '#server/desk/measures/take-measure.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { awaitText } from '#test/support/messages/outbox.ts'
import { accountIdOf, register } from '#test/support/people.ts'
import { type Equipped, equip } from '#test/support/recovery/recovery.ts'

const senior = { staffId: '', right: 'senior' as const }
const portal = useAbusePortal({}, async (portal) => {
  const staff = { login: 'senior.staff', password: 'a long password of these tests' }
  await register(portal, staff)
  senior.staffId = await accountIdOf(portal, staff.login)
})

const inForceFor = ({ accountId }: Equipped) => findInForce(portal.db, accountId)

const block = ({ accountId }: Equipped, reason: string) =>
  portal.db.transaction((trx) =>
    blockByOperator(trx, portal.parts.desk, accountId, { reason, at: portal.clock.now() }),
  )

const lift = ({ accountId }: Equipped) =>
  portal.db.transaction((trx) =>
    liftByOperator(trx, portal.parts.desk, accountId, portal.clock.now()),
  )

async function takeForADay(
  { accountId }: Equipped,
  measure: 'suspend-all' | 'limit-sending' | 'compromised',
) {
  const until = measure === 'compromised' ? null : new Date(portal.clock.now().getTime() + msPerDay)
  const wanted = { accountId, caseId: null, measure, cause: 'spam', until } as const
  const taken = await takeMeasure(portal.parts.desk, wanted, senior)
  assert.equal(taken.kind, 'taken')
}

test('a block by an operator replaces a milder measure and outlives its end', async () => {
  const person = await equip(portal)
  await takeForADay(person, 'suspend-all')
  assert.ok(await block(person, 'fraud'))
  assert.equal(await block(person, 'fraud'), false)
  portal.clock.advance(msPerDay + 1000)
  await endExpiredMeasures(portal.parts.desk)
  const measure = await inForceFor(person)
  assert.deepEqual(
    [measure?.measure, measure?.cause, measure?.proposedBy],
    ['block', 'fraud', null],
  )
  const mailbox = await portal.db('mailboxes').where({ account_id: person.accountId }).first()
  assert.equal(mailbox.suspension, 'all')
})

test('a block by an operator is a measure that only a senior analyst lifts', async () => {
  const person = await equip(portal)
  assert.ok(await block(person, 'ticket 1'))
  const measure = await inForceFor(person)
  const { desk, db } = portal.parts
  const analyst = { ...senior, right: 'analyst' } as const
  assert.equal((await liftMeasure(desk, measure?.id ?? '', analyst)).kind, 'right-needed')
  assert.equal((await liftMeasure(desk, measure?.id ?? '', senior)).kind, 'lifted')
  const audited = await db('audit').where({ account_id: person.accountId }).orderBy('position')
  assert.deepEqual(
    audited.map((entry) => [entry.action, entry.staff_id]),
    [
      ['measure.taken', null],
      ['measure.lifted', senior.staffId],
    ],
  )
})

test('the word of an operator is kept with the block, and its owner reads a cause', async () => {
  const [named, other] = [await equip(portal), await equip(portal)]
  await block(named, 'malware')
  await block(other, 'ticket 1')
  assert.deepEqual(
    [(await inForceFor(named))?.cause, (await inForceFor(other))?.cause],
    ['malware', 'other'],
  )
  const row = await portal.db('accounts').where({ id: other.accountId }).first('block_reason')
  assert.equal(row.block_reason, 'ticket 1')
})

test('two operators who block at once make one measure', async () => {
  const person = await equip(portal)
  const both = await Promise.all([block(person, 'spam'), block(person, 'spam')])
  assert.deepEqual(both.sort(), [false, true])
  const rows = await portal.db('measures').where({ account_id: person.accountId })
  assert.equal(rows.length, 1)
})

test('the owner of a mailbox that an operator blocked reads why, objects, and is heard', async () => {
  const person = await equip(portal)
  await block(person, 'spam')
  const visitor = portal.visitor()
  const { login, password } = person
  assert.equal((await visitor.post('/sign-in', { login, password })).location, '/blocked')
  const page = await visitor.get('/blocked')
  assert.match(page.html, /href="\/appeal\/[\w-]+"/)
  const notice = await awaitText(portal, person.address, /\/appeal\//)
  const href = /\/appeal\/[\w-]+/.exec(notice.text)?.[0] ?? ''
  await visitor.post(href, { appeal: 'It was my choir.' })
  const measure = await inForceFor(person)
  const { id } = await portal.db('appeals').where({ measure_id: measure?.id }).first('id')
  const decided = await decideAppeal(portal.parts.desk, String(id), { decision: 'lifted' }, senior)
  assert.equal(decided.kind, 'decided')
  assert.equal(await inForceFor(person), undefined)
})

test('the migration turns a block of an earlier release into a measure', async () => {
  const people = [await equip(portal), await equip(portal), await equip(portal)] as const
  await takeForADay(people[1], 'limit-sending')
  await takeForADay(people[2], 'compromised')
  const ids = people.map(({ accountId }) => accountId)
  const blocked = { blocked_at: portal.clock.now(), block_reason: 'phishing' }
  await portal.db('accounts').whereIn('id', ids).update(blocked)
  await portal.db.transaction((trx) => up(trx as unknown as Knex))
  for (const person of people) {
    const measure = await inForceFor(person)
    assert.deepEqual([measure?.measure, measure?.cause], ['block', 'phishing'])
    assert.ok(await lift(person))
    const { login, password } = person
    const entry = await portal.visitor().post('/sign-in', { login, password })
    assert.equal(entry.location, '/account')
  }
})
