// The browser of a reset is known, so wrong passwords of strangers do not keep its owner out.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerHour } from '#server/core/durations.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import { signIn } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'
import {
  begin,
  type Equipped,
  equip,
  proveByPhone,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal({ freshLimits: true, env: { LIMIT_SMS_WAIT_SECONDS: '0.01' } })

const fresh = 'a new and longer sentence'

async function guessAt({ login }: Equipped, visitor = portal.visitor()): Promise<void> {
  for (let tries = 0; tries < 8; tries += 1)
    await visitor.post('/sign-in', { login, password: 'not the password' })
}

const eventsOf = ({ accountId }: Equipped): Promise<string[]> =>
  portal.db('activity').where({ account_id: accountId }).orderBy('id').pluck('event')

const devicesOf = ({ accountId }: Equipped): Promise<{ device_digest: Buffer }[]> =>
  portal.db('known_devices').where({ account_id: accountId })

test('the browser of a reset signs in at once, whatever strangers type', async () => {
  const person = await equip(portal)
  await guessAt(person)
  const owner = await proveByPhone(portal, person)
  assert.equal((await setPassword(owner, fresh)).location, '/recover/done')
  await guessAt(person)
  const { login } = person
  assert.equal(
    (await portal.visitor().post('/sign-in', { login, password: fresh })).status,
    429,
    'strangers wait',
  )
  await signIn(portal, { login, password: fresh }, owner)
  assert.equal((await devicesOf(person)).length, 1, 'earlier ones are forgotten')
  assert.ok(!(await eventsOf(person)).includes('sign-in.new-device'), 'it is no news')
  assert.ok((await eventsOf(person)).includes('sign-in.succeeded'))
})

test('after a reset no browser is known but the one that made it', async () => {
  const person = await equip(portal)
  await signIn(portal, person)
  const before = (await devicesOf(person)).map(({ device_digest }) => device_digest)
  assert.equal(before.length, 2)
  const owner = portal.visitor()
  await resetIn(owner, person)
  const [device, ...others] = await devicesOf(person)
  const own = hashToken(owner.cookies.get('device') ?? '')
  assert.deepEqual([device?.device_digest, others.length], [own, 0])
  await signIn(portal, { login: person.login, password: fresh }, owner)
  assert.ok(!(await eventsOf(person)).slice(-1).includes('sign-in.new-device'))
})

test('wrong passwords typed before a reset take no tries from its browser', async () => {
  const person = await equip(portal)
  const owner = person.browser
  await owner.post('/sign-out', {}, { from: '/account' })
  await guessAt(person, owner)
  await resetIn(owner, person)
  await signIn(portal, { login: person.login, password: fresh }, owner)
})

async function resetIn(owner: Visitor, person: Equipped): Promise<void> {
  await begin(portal, person.login, owner)
  await owner.post('/recover/security-question', { answer: person.answer })
  assert.equal((await setPassword(owner, fresh)).location, '/recover/done')
}

test('a refused password, or an undo without a password, makes no browser known', async () => {
  const person = await equip(portal)
  const owner = await proveByPhone(portal, person)
  assert.equal((await setPassword(owner, 'short')).status, 422)
  assert.equal(owner.cookies.get('device'), undefined)
  assert.equal((await devicesOf(person)).length, 1, 'that of the registration')
  await setPassword(owner, fresh)
  const link = await undoLinkOf(portal, person.address)
  const undoing = portal.visitor()
  await undoing.post(link, {}, { from: link })
  assert.equal(
    (await devicesOf(person)).length,
    0,
    'an undo forgets the browser of the disputed reset',
  )
  await setPassword(undoing, `${fresh} again`)
  assert.equal((await devicesOf(person)).length, 1)
  await guessAt(person)
  await signIn(portal, { login: person.login, password: `${fresh} again` }, undoing)
})

test('two simultaneous ends of one recovery make its browser known once', async () => {
  const person = await equip(portal)
  const owner = await proveByPhone(portal, person)
  const answers = await Promise.all([setPassword(owner, fresh), setPassword(owner, fresh)])
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [303])
  assert.equal((await devicesOf(person)).length, 1)
})

test('a waiting password makes its browser known only when it takes effect', async () => {
  const holding = await startTestPortal({ env: { SECURITY_QUESTION: 'hold' } })
  try {
    const person = await equip(holding)
    const owner = await begin(holding, person.login)
    await owner.post('/recover/security-question', { answer: person.answer })
    await setPassword(owner, fresh)
    const known = () =>
      holding.db('known_devices').where({ account_id: person.accountId }).orderBy('first_seen_at')
    const [registered] = await known()
    assert.equal((await known()).length, 1)
    holding.clock.advance(73 * msPerHour)
    await holding.tasks['recovery:sweep-held']?.({}, { attempt: 1, maxAttempts: 1 })
    const after = await known()
    assert.equal(after.length, 1)
    assert.notDeepEqual(after[0].device_digest, registered.device_digest)
    const { login } = person
    for (let tries = 0; tries < 8; tries += 1)
      await holding.visitor().post('/sign-in', { login, password: 'not the password' })
    await signIn(holding, { login, password: fresh }, owner)
  } finally {
    await holding.stop()
  }
})
