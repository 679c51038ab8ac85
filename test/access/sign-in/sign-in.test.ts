import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confirmPassword } from '#server/access/sign-in/confirm-password.ts'
import { signIn as signInWith } from '#server/access/sign-in/sign-in.ts'
import { findForSignIn } from '#server/access/sign-in/store.ts'
import { verifyActivity } from '#server/accounts/activity/store.ts'
import { createHasher } from '#server/accounts/password/hasher.ts'
import { createSignInLimits, trySeconds } from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import { noClient } from '#server/core/client-info.ts'
import { BusyError } from '#server/core/faults.ts'
import { hanna, piotr, register, signIn } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

let known: Visitor
const portal = usePortal({}, async (portal) => {
  known = await register(portal, hanna)
  await register(portal, piotr)
})

/** A known browser without a session. */
function withDevice(device: string): Visitor {
  const visitor = portal.visitor()
  visitor.cookies.set('device', device)
  return visitor
}

const here = '192.0.2.1'

const wrong = (visitor: Visitor, login = hanna.login) =>
  visitor.post('/sign-in', { login, password: 'not the password' })

test('the name or the whole address signs in, in capitals too', async () => {
  for (const login of [
    'hanna.k',
    'HANNA.K',
    ' hanna.k@postern.example ',
    'Hanna.K@Postern.Example',
  ]) {
    await signIn(portal, { ...hanna, login })
  }
})

test('an unknown name and a wrong password get the same answer', async () => {
  const answers = await Promise.all([
    portal.visitor().post('/sign-in', { login: 'nobody.here', password: 'not the password' }),
    portal.visitor().post('/sign-in', { login: 'piotr', password: 'not the password' }),
  ])
  const [left, right] = answers.map(({ status, html, errors, headers }) => ({
    status,
    errors,
    html: html
      .replace(/name="_csrf" value="[^"]+"/g, '')
      .replace(/value="(nobody\.here|piotr)"/, ''),
    headers: [...headers.keys()].sort(),
  }))
  assert.deepEqual(left, right)
})

test('wrong passwords make strangers wait, and a known browser still signs in', async () => {
  const stranger = portal.visitor()
  for (let n = 0; n < 6; n++) assert.equal((await wrong(stranger)).status, 422)
  const first = await wrong(stranger)
  assert.equal(first.status, 429)
  assert.equal(first.page, 'too-many-tries')
  const wait = Number(first.headers.get('retry-after'))
  assert.ok(wait > 0 && wait <= 60, String(wait))
  const right = await portal.visitor().post('/sign-in', hanna)
  assert.equal(right.status, 429, 'strangers wait, whatever they know')

  await known.post('/sign-out', {}, { from: '/account' })
  await signIn(portal, hanna, known)
})

test('a hundred simultaneous sign-ins are counted before any is judged', async () => {
  const visitor = portal.visitor()
  const token = await visitor.token()
  const body = new URLSearchParams({
    _csrf: token,
    login: 'piotr',
    password: 'not the password',
  }).toString()
  const send = () =>
    visitor.send('/sign-in', body, { 'content-type': 'application/x-www-form-urlencoded' })
  const answers = await Promise.all(Array.from({ length: 100 }, send))
  const judged = answers.filter((each) => each.status === 422).length
  // Four of the five free tries, for an earlier test took one, and one through the gate.
  assert.ok(judged <= 6, `${judged} were judged`)
  assert.equal(answers.filter((each) => each.status === 429).length, 100 - judged)
})

test('a verifier made with smaller parameters grows at sign-in', async () => {
  const person = { login: 'volha', password: 'a cup of warm kefir' }
  await register(portal, person)
  const small = await createHasher({ memoryKib: 16, passes: 1 }).hash(person.password)
  await portal
    .db('accounts')
    .where({ address: 'volha@postern.example' })
    .update({ password_verifier: small })
  await signIn(portal, person)
  const row = await portal
    .db('accounts')
    .where({ address: 'volha@postern.example' })
    .first('password_verifier')
  assert.match(row.password_verifier, /m=64,t=1,p=1/)
  await signIn(portal, person)
})

test('an unknown name takes the processor time of a wrong password', async () => {
  const costly = createHasher({ memoryKib: 4096, passes: 2 })
  const phc = await costly.hash('a password')
  // Processor time, which other work on the machine does not change.
  const time = async (verifier: string | null) => {
    const begun = process.cpuUsage()
    await costly.verify(verifier, 'not the password')
    const { user, system } = process.cpuUsage(begun)
    return user + system
  }
  const samples: { known: number[]; unknown: number[] } = { known: [], unknown: [] }
  for (let n = 0; n < 40; n++) {
    samples.known.push(await time(phc))
    samples.unknown.push(await time(null))
  }
  const median = (list: number[]) =>
    list.sort((left, right) => left - right)[Math.floor(list.length / 2)] ?? 0
  const ratio = median(samples.known) / median(samples.unknown)
  assert.ok(ratio > 0.7 && ratio < 1.4, `ratio ${ratio}`)
})

test('simultaneous sign-ins by known browsers are each recorded once', async () => {
  const volha = { login: 'volha.r', password: 'a cup of warm kefir' }
  const browsers = [await register(portal, volha)]
  for (let more = 0; more < 3; more += 1) browsers.push(await signIn(portal, volha))
  const ofVolha = portal
    .db('activity')
    .whereIn('account_id', portal.db('accounts').where('address', 'like', 'volha.r@%').select('id'))
  const before = await ofVolha.clone().where({ event: 'sign-in.succeeded' })
  // Three simultaneous sign-ins of each known browser.
  const again = browsers.flatMap(({ cookies }) =>
    [1, 2, 3].map(() => withDevice(cookies.get('device') ?? '')),
  )
  await Promise.all(again.map((browser) => signIn(portal, volha, browser)))
  const after = await ofVolha.clone().where({ event: 'sign-in.succeeded' })
  assert.equal(after.length - before.length, 12)
  assert.equal((await ofVolha.clone().where({ event: 'sign-in.new-device' })).length, 3)
  for await (const link of verifyActivity(portal.db, portal.keyring))
    assert.fail(`position ${link.position} ${link.fault}`)
})

test('a sign-in by a forgotten browser is recorded as one by a new browser', async () => {
  const nadzeya = { login: 'nadzeya', password: 'nine geese over the marsh' }
  const visitor = await register(portal, nadzeya)
  const account = await portal.db('accounts').where('address', 'like', 'nadzeya@%').first('id')
  await portal.db('known_devices').where({ account_id: account.id }).delete()
  await signIn(portal, nadzeya, withDevice(visitor.cookies.get('device') ?? ''))
  const entry = await portal
    .db('activity')
    .where({ account_id: account.id })
    .orderBy('id', 'desc')
    .first()
  assert.equal(entry.event, 'sign-in.new-device')
})

test('a full hashing queue refuses a sign-in before the try is counted', async () => {
  const limits = createSignInLimits(portal.parts.limits, portal.keyring, 5)
  const counted = () => portal.db('rate_limits').where('key', 'like', 'sign-in:%').orderBy('key')
  const before = await counted()
  const full = () => {
    throw new BusyError('full')
  }
  const parts = {
    ...portal.parts,
    signInLimits: limits,
    hasher: { ...portal.parts.hasher, takePlace: full },
  }
  await assert.rejects(
    signInWith(parts, { ...piotr, password: 'not the password' }, undefined, noClient, here),
    BusyError,
  )
  assert.deepEqual(await counted(), before)
})

test('a password that could not be hashed counts as no try', async () => {
  const limits = createSignInLimits(portal.parts.limits, portal.keyring, 2)
  const tries = (hasher: typeof portal.parts.hasher) => {
    const parts = { ...portal.parts, signInLimits: limits, hasher }
    return [
      () =>
        signInWith(
          parts,
          { login: 'vera.unknown', password: 'not the password' },
          undefined,
          noClient,
          here,
        ),
      () => confirmPassword(parts, 'vera.unknown@postern.example', 'not the password', noClient),
    ]
  }
  const busy = {
    ...portal.parts.hasher,
    verify: () => Promise.reject(new BusyError('stands still')),
  }
  for (const tryOnce of tries(busy))
    for (let times = 0; times < 6; times += 1) await assert.rejects(tryOnce, BusyError)
  for (const tryOnce of tries(portal.parts.hasher)) {
    assert.deepEqual([await tryOnce(), await tryOnce()], [{ kind: 'wrong' }, { kind: 'wrong' }])
    await tryOnce()
    assert.equal((await tryOnce()).kind, 'wait', 'tries that were judged count')
  }
})

test('a sign-in keeps its place in the hashing queue until its session is written', async () => {
  const limits = createSignInLimits(portal.parts.limits, portal.keyring, 5)
  const hasher = createHasher({ memoryKib: 64, passes: 1, parallel: 1, maxWaitMs: 0 })
  const parts = { ...portal.parts, signInLimits: limits, hasher }
  const yana = { login: 'yana', password: 'six lapwings over the marsh' }
  await register(portal, yana)
  const outcome = await signInWith(parts, yana, undefined, noClient, here)
  assert.ok(outcome.kind === 'signed-in')
  assert.throws(() => hasher.takePlace(), BusyError)
  outcome.leave()
  hasher.takePlace()()
  await signInWith(parts, { ...yana, password: 'not the password' }, undefined, noClient, here)
  hasher.takePlace()()
})

test('a sign-in is written whole or not at all, and gives its place back either way', async (t) => {
  const palina = { login: 'palina', password: 'four herons in the reeds' }
  const device = (await register(portal, palina)).cookies.get('device') ?? ''
  const { id } = await portal.db('accounts').where('address', 'like', 'palina@%').first('id')
  const written = () =>
    Promise.all(
      ['sessions', 'activity', 'known_devices'].map((table) =>
        portal.db(table).where({ account_id: id }).select('*'),
      ),
    )
  const { takePlace } = portal.parts.hasher
  const places: ('taken' | 'left')[] = []
  t.mock.method(portal.parts.hasher, 'takePlace', () => {
    const leave = takePlace()
    places.push('taken')
    return () => {
      places.push('left')
      leave()
    }
  })

  const before = await written()
  await portal.db.raw(
    `alter table sessions add constraint full_today check (account_id <> '${id}') not valid`,
  )
  for (const unlucky of [withDevice(device), portal.visitor()]) {
    assert.equal((await unlucky.post('/sign-in', palina)).status, 500)
    assert.equal(unlucky.cookies.get('session'), undefined)
  }
  await portal.db.raw('alter table sessions drop constraint full_today')
  assert.deepEqual(await written(), before)

  await signIn(portal, palina, withDevice(device))
  const after = await written()
  assert.deepEqual(
    after.map((rows, table) => rows.length - (before[table]?.length ?? 0)),
    [1, 1, 0],
  )
  assert.deepEqual(places, Array(3).fill(['taken', 'left']).flat())
})

test('a try counts for a day, for all strangers or for the known browser', async () => {
  const { db, parts } = portal
  const limit = parts.limits.limit('counting', { points: 100, seconds: trySeconds })
  const { account_id, device_digest } = await db('known_devices').first()
  const { address } = await db('accounts').where({ id: account_id }).first('address')
  const counters = {
    strangers: limit.rowOf('strangers'),
    known: limit.rowOf('known'),
    network: limit.rowOf('network'),
  }
  const count = async (device: Buffer | undefined, who = address, ahead = 0) =>
    (
      await findForSignIn(db, {
        address: who,
        device,
        counters,
        free: 3,
        at: new Date(Date.now() + ahead),
      })
    ).tries
  const used = async (key: string) => ((await limit.look(key)) as { used: number }).used

  assert.deepEqual(
    [await count(device_digest), await count(undefined), await count(Buffer.alloc(32))],
    [1, 1, 2],
  )
  assert.equal(await count(device_digest, 'nobody.there@postern.example'), 3)
  assert.deepEqual([await used('known'), await used('strangers'), await used('network')], [1, 3, 3])
  assert.deepEqual(
    [await limit.count('known'), await count(device_digest)],
    [{ kind: 'counted', used: 2 }, 3],
  )
  const minute = 60_000
  assert.equal(await count(undefined, address, trySeconds * 1000 - minute), 4)
  assert.equal(
    await used('network'),
    3,
    'beyond its free tries a name counts for the network behind its gate alone',
  )
  assert.equal(await count(undefined, address, trySeconds * 1000 + minute), 1)
  assert.equal(await count(undefined, address, trySeconds * 2000), 2)
})
