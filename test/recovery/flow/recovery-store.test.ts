// The tables of recovery: flows and held passwords.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { rememberDevice } from '#server/accounts/sessions/store.ts'
import { msPerHour } from '#server/core/durations.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import {
  beginProvenFlow,
  beginRecovery,
  flowEnd,
  keysOf,
  nobody,
} from '#server/recovery/flow/begin-recovery.ts'
import {
  beginnings,
  edges,
  flowStates,
  stateAfter,
  statesBefore,
} from '#server/recovery/flow/flow-states.ts'
import { methodFlowOf } from '#server/recovery/flow/method-flow.ts'
import {
  deleteOldFlows,
  endFlow,
  endFlows,
  findFlow,
  finishFlow,
  lockFlow,
  mailboxOf,
  noteChallenge,
  noteProof,
  rekeyFlows,
} from '#server/recovery/flow/store.ts'
import {
  dropHold,
  type Hold,
  listHolds,
  putHold,
  rekeyHolds,
  takeDueHold,
} from '#server/recovery/reset/hold-store.ts'
import {
  at,
  client,
  digest,
  keyring,
  minutes,
  onlyNew,
  rotated,
  rotatedTwice,
  startContactTrial,
} from '#test/support/recovery/contact-trial.ts'

const trial = await startContactTrial()
const { db, within, newOwner } = trial
after(() => trial.stop())

/** A flow of the account, or a decoy, in this state. */
const newFlow = (accountId: string | null, state: keyof typeof edges = 'begun', when = at) =>
  trial.putFlow(accountId, {
    ...(state === 'begun' || state === 'asked' ? {} : { provenBy: 'phone' }),
    state,
    at: when,
    expiresAt: new Date(when.getTime() + msPerHour),
  })

const network = '192.0.2.1'
const askerKeyOf = (address: string, from = network) =>
  digest('recovery.asker', JSON.stringify([address, from]))

const find = (tokenHash: Buffer, when = at) => findFlow(db, tokenHash, when)
const stateOf = async (id: string) =>
  (await db('recovery_flows').where({ id }).first('state')).state

const change = (id: string, what: object) => db('accounts').where({ id }).update(what)
const blocked = { blocked_at: at, block_reason: 'spam' }

test('the table of flow states has these edges and no others', () => {
  assert.deepEqual(beginnings, { 'type-login': 'begun', 'open-link': 'proven', undo: 'proven' })
  assert.deepEqual(edges, {
    begun: { challenge: 'asked', prove: 'proven' },
    asked: { challenge: 'asked', prove: 'proven' },
    proven: { 'set-password': 'done', 'hold-password': 'held' },
    held: {},
    done: {},
  })
  assert.deepEqual(flowStates, ['begun', 'asked', 'proven', 'held', 'done'])
  assert.deepEqual(statesBefore('challenge'), ['begun', 'asked'])
  assert.deepEqual(statesBefore('prove'), ['begun', 'asked'])
  assert.deepEqual(statesBefore('set-password'), ['proven'])
  assert.deepEqual(statesBefore('hold-password'), ['proven'])
  assert.deepEqual(
    (['challenge', 'prove', 'set-password', 'hold-password'] as const).map(stateAfter),
    ['asked', 'proven', 'done', 'held'],
  )
  assert.throws(() => stateAfter('fly' as 'prove'), /no edge fly/)
})

test('a typed name begins a flow of two hours that keeps its client and language', async () => {
  const anna = await newOwner()
  const parts = {
    db: db,
    clock: { now: () => at },
    keyring,
    settings: { mailDomains: ['postern.example'] },
  }
  const login = anna.address.split('@')[0] ?? ''
  for (const typed of [login, ` ${login.toUpperCase()} `, anna.address]) {
    const tokenHash = hashToken(newToken())
    await beginRecovery(parts, {
      login: typed,
      tokenHash,
      device: undefined,
      network,
      locale: 'be',
      client,
    })
    const flow = await find(tokenHash)
    assert.ok(flow)
    const { id, typedSealed, ...rest } = flow
    assert.match(id, /^[0-9a-f-]{36}$/)
    assert.equal(mailboxOf(keyring, { typedSealed }), anna.address, 'its pages name the mailbox')
    assert.deepEqual(rest, {
      accountId: anna.id,
      epoch: firstEpoch,
      address: anna.address,
      live: true,
      ...keysOf(keyring, anna.address),
      askerKey: askerKeyOf(anna.address),
      state: 'begun',
      asked: null,
      provenBy: null,
      proofHash: null,
      locale: 'be',
      client,
      begunAt: at,
      takesEffectAt: null,
    })
    assert.ok(await find(tokenHash, minutes(119.9)))
    assert.equal(await find(tokenHash, minutes(120)), undefined)
  }
  assert.deepEqual(flowEnd(at), minutes(120))
})

test('unknown names and impossible names have flows and limits of their own', async () => {
  const parts = {
    db: db,
    clock: { now: () => at },
    keyring,
    settings: { mailDomains: ['postern.example'] },
  }
  const keys: string[] = []
  for (const [typed, address] of [
    ['nobody.here', 'nobody.here@postern.example'],
    [' ЯНА І ўсе ', 'яна і ўсе@postern.example'],
    ['someone@elsewhere.example', 'someone@elsewhere.example@postern.example'],
  ] as const) {
    const tokenHash = hashToken(newToken())
    await beginRecovery(parts, {
      login: typed,
      tokenHash,
      device: hashToken('x'),
      network,
      locale: 'en',
      client,
    })
    const flow = await find(tokenHash)
    assert.ok(flow)
    assert.deepEqual([flow.accountId, flow.address, flow.live], [null, null, false])
    const { nameKey, limitKey } = flow
    assert.deepEqual({ nameKey, limitKey }, keysOf(keyring, address), typed)
    assert.equal(flow.askerKey, askerKeyOf(address))
    keys.push(nameKey, limitKey, flow.askerKey)
  }
  assert.equal(new Set(keys).size, keys.length)
})

test('a known browser has limits of its own, which no stranger can use up', async () => {
  const [anna, boris] = [await newOwner(), await newOwner()]
  const device = hashToken(newToken())
  await within((trx) => rememberDevice(trx, anna.id, device, at))
  const parts = {
    db: db,
    clock: { now: () => at },
    keyring,
    settings: { mailDomains: ['postern.example'] },
  }
  const keysWith = async (
    { address }: { address: string },
    known: Buffer | undefined,
    from = network,
  ) => {
    const tokenHash = hashToken(newToken())
    await beginRecovery(parts, {
      login: address,
      tokenHash,
      device: known,
      network: from,
      locale: 'en',
      client,
    })
    const flow = await find(tokenHash)
    assert.ok(flow)
    return { nameKey: flow.nameKey, limitKey: flow.limitKey, askerKey: flow.askerKey }
  }
  const own = keysOf(keyring, anna.address, device)
  const common = keysOf(keyring, anna.address)
  assert.notEqual(own.limitKey, common.limitKey)
  assert.equal(own.nameKey, common.nameKey)
  assert.notEqual(keysOf(keyring, anna.address, hashToken('another')).limitKey, own.limitKey)
  for (const from of [network, '192.0.2.2'])
    assert.deepEqual(
      await keysWith(anna, device, from),
      { ...own, askerKey: own.limitKey },
      'wherever it is',
    )
  const ofNetwork = { ...common, askerKey: askerKeyOf(anna.address) }
  assert.deepEqual(await keysWith(anna, undefined), ofNetwork)
  assert.deepEqual(await keysWith(anna, hashToken('another')), ofNetwork)
  const elsewhere = { ...common, askerKey: askerKeyOf(anna.address, '192.0.2.2') }
  assert.deepEqual(await keysWith(anna, undefined, '192.0.2.2'), elsewhere)
  const ofBoris = { ...keysOf(keyring, boris.address), askerKey: askerKeyOf(boris.address) }
  assert.deepEqual(await keysWith(boris, device), ofBoris)
  assert.equal(
    new Set([
      own.limitKey,
      common.limitKey,
      ...[ofNetwork, elsewhere, ofBoris].map(({ askerKey }) => askerKey),
    ]).size,
    5,
  )
})

test('what a decoy shows stays the same when a key is added', () => {
  const before = keysOf(keyring, 'anna@postern.example')
  const later = keysOf(rotated, 'anna@postern.example')
  assert.equal(keysOf(rotatedTwice, 'anna@postern.example').nameKey, before.nameKey)
  assert.equal(later.nameKey, before.nameKey)
  assert.notEqual(later.limitKey, before.limitKey)
  assert.notEqual(before.nameKey, before.limitKey)
  const named = (purpose: string) => digest(purpose, 'anna@postern.example')
  assert.deepEqual(before, { nameKey: named('recovery.name'), limitKey: named('recovery.budget') })
})

test('a flow that a link or an undo begins is proven already', async () => {
  const anna = await newOwner()
  for (const beginning of ['open-link', 'undo'] as const) {
    const tokenHash = hashToken(newToken())
    const proofHash = hashToken(newToken())
    const about = {
      tokenHash,
      accountId: anna.id,
      epoch: firstEpoch,
      address: anna.address,
      beginning,
      provenBy: 'phone',
      locale: 'de',
    } as const
    await within((trx) => beginProvenFlow(trx, keyring, { ...about, proofHash, client, at }))
    const flow = await find(tokenHash)
    assert.ok(flow)
    assert.deepEqual(
      [flow.state, flow.provenBy, flow.proofHash, flow.locale],
      ['proven', 'phone', proofHash, 'de'],
    )
    const { nameKey, limitKey } = flow
    assert.deepEqual({ nameKey, limitKey }, keysOf(keyring, anna.address))
    assert.ok(await find(tokenHash, minutes(119)))
    assert.equal(await find(tokenHash, minutes(120)), undefined)
  }
})

test('an old flow without an asker key counts under its limit key', async () => {
  const { id, tokenHash, askerKey } = await newFlow(null)
  assert.equal((await find(tokenHash))?.askerKey, askerKey)
  await db('recovery_flows').where({ id }).update({ asker_key: null })
  const flow = await find(tokenHash)
  assert.equal(flow?.askerKey, flow?.limitKey)
})

test('a flow in a language that is no longer offered goes on in English', async () => {
  const { id, tokenHash } = await newFlow(null)
  assert.equal((await find(tokenHash))?.locale, 'be')
  await db('recovery_flows').where({ id }).update({ locale: 'la' })
  assert.equal((await find(tokenHash))?.locale, 'en')
})

test('no flow helps a blocked or closed account or outlives its epoch', async () => {
  for (const [what, undo] of [
    [blocked, { blocked_at: null, block_reason: null }],
    [{ closed_at: at }, { closed_at: null }],
    [{ epoch: 2 }, { epoch: 1 }],
  ]) {
    const anna = await newOwner()
    const [open, proven] = [await newFlow(anna.id), await newFlow(anna.id, 'proven')]
    assert.deepEqual(
      [(await find(open.tokenHash))?.live, (await find(proven.tokenHash))?.live],
      [true, true],
    )
    await change(anna.id, what ?? {})
    // One that is not proven looks as before, and is a decoy.
    assert.equal((await find(open.tokenHash))?.live, false)
    assert.equal(await find(proven.tokenHash), undefined)
    assert.equal(await within((trx) => noteProof(trx, open.id, 'phone', minutes(2))), false)
    assert.equal(
      await within((trx) => finishFlow(trx, proven.id, 'set-password', minutes(2), null)),
      false,
    )
    await change(anna.id, undo ?? {})
    assert.equal(await within((trx) => noteProof(trx, open.id, 'phone', minutes(2))), true)
    assert.equal(
      await within((trx) => finishFlow(trx, proven.id, 'set-password', minutes(2), null)),
      true,
    )
  }
})

test('a method sees a decoy as an account that nobody has', async () => {
  const anna = await newOwner()
  const [open, decoy] = [await newFlow(anna.id), await newFlow(null)]
  const flow = await find(open.tokenHash)
  assert.ok(flow)
  assert.deepEqual(methodFlowOf(flow, minutes(3)), {
    id: open.id,
    accountId: anna.id,
    epoch: firstEpoch,
    shownAccountId: anna.id,
    nameKey: open.nameKey,
    limitKey: open.limitKey,
    askerKey: open.askerKey,
    locale: 'be',
    client,
    begunAt: at,
    at: minutes(3),
  })
  await change(anna.id, blocked)
  const held = await find(open.tokenHash)
  assert.ok(held)
  const { accountId, epoch, shownAccountId } = methodFlowOf(held, at)
  assert.deepEqual(
    [accountId, epoch, shownAccountId],
    [nobody, 0, anna.id],
    'a block does not show',
  )
  const other = await find(decoy.tokenHash)
  assert.ok(other)
  const seen = methodFlowOf(other, at)
  assert.deepEqual([seen.accountId, seen.epoch, seen.shownAccountId], [nobody, 0, nobody])
  const odd = methodFlowOf({ ...flow, accountId: null, live: true }, at)
  assert.equal(odd.accountId, nobody)
})

test('a flow takes a step only from the states before it, and before it expires', async () => {
  const anna = await newOwner()
  const hold = (id: string, step: Parameters<typeof lockFlow>[2], when = at) =>
    within((trx) => lockFlow(trx, id, step, when))
  for (const state of ['begun', 'asked', 'proven', 'held', 'done'] as const) {
    const { id } = await newFlow(anna.id, state)
    for (const step of ['challenge', 'prove', 'set-password', 'hold-password'] as const)
      assert.equal(
        await hold(id, step),
        statesBefore(step).includes(state),
        `${step} from ${state}`,
      )
  }
  const { id } = await newFlow(anna.id)
  assert.equal(await hold(id, 'challenge', minutes(59)), true)
  assert.equal(await hold(id, 'challenge', minutes(60)), false)
  assert.equal(await hold(randomUUID(), 'challenge'), false)
})

test('each challenge notes its method, and moves nothing that is proven', async () => {
  const anna = await newOwner()
  const [mine, other] = [await newFlow(anna.id), await newFlow(anna.id)]
  for (const method of ['phone', 'backup-address']) {
    await within((trx) => noteChallenge(trx, mine.id, method))
    const flow = await find(mine.tokenHash)
    assert.deepEqual([flow?.state, flow?.asked], ['asked', method])
  }
  assert.equal(await stateOf(other.id), 'begun')
  const proven = await newFlow(anna.id, 'proven')
  await within((trx) => noteChallenge(trx, proven.id, 'phone'))
  assert.equal(await stateOf(proven.id), 'proven')
})

test('a proof counts once, in its own flow and for its own account', async () => {
  const anna = await newOwner()
  const [mine, other, decoy] = [
    await newFlow(anna.id),
    await newFlow(anna.id, 'asked'),
    await newFlow(null),
  ]
  const prove = (id: string, when = at) => within((trx) => noteProof(trx, id, 'phone', when))
  assert.equal(await prove(decoy.id), false)
  assert.equal(await prove(mine.id, minutes(60)), false)
  assert.deepEqual(
    (await Promise.all([prove(mine.id), prove(mine.id), prove(mine.id)])).filter(Boolean),
    [true],
  )
  const flow = await find(mine.tokenHash)
  assert.deepEqual([flow?.state, flow?.provenBy], ['proven', 'phone'])
  assert.equal(await stateOf(other.id), 'asked')
  assert.equal(await prove(other.id), true)
  await within((trx) => endFlow(trx, mine.id, at))
  const ended = await newFlow(anna.id)
  await within((trx) => endFlow(trx, ended.id, at))
  assert.equal(await prove(ended.id), false)
})

test('a proven flow ends once, as done or held, before it expires', async () => {
  const anna = await newOwner()
  const finish = (
    id: string,
    step: 'set-password' | 'hold-password',
    due: Date | null,
    when = at,
  ) => within((trx) => finishFlow(trx, id, step, when, due))
  const [now, waits, early] = [
    await newFlow(anna.id, 'proven'),
    await newFlow(anna.id, 'proven'),
    await newFlow(anna.id),
  ]
  assert.equal(await finish(early.id, 'set-password', null), false)
  assert.equal(await finish(now.id, 'set-password', null, minutes(60)), false)
  assert.deepEqual(
    (await Promise.all([1, 2, 3].map(() => finish(now.id, 'set-password', null)))).filter(Boolean),
    [true],
  )
  assert.deepEqual([await stateOf(now.id), await stateOf(waits.id)], ['done', 'proven'])
  assert.equal((await find(now.tokenHash))?.takesEffectAt, null)
  assert.equal(await finish(waits.id, 'hold-password', minutes(99)), true)
  const held = await find(waits.tokenHash)
  assert.deepEqual([held?.state, held?.takesEffectAt], ['held', minutes(99)])
})

test('ending the flows of an account ends its unfinished ones, no other account’s', async () => {
  const [anna, boris] = [await newOwner(), await newOwner()]
  const flows = new Map<string, string>()
  for (const state of ['begun', 'asked', 'proven', 'held', 'done'] as const)
    flows.set(state, (await newFlow(anna.id, state)).id)
  const ended = await newFlow(anna.id)
  await within((trx) => endFlow(trx, ended.id, minutes(1)))
  const other = await newFlow(boris.id)
  await within((trx) => endFlows(trx, anna.id, minutes(5)))
  const endOf = async (id: string | undefined) =>
    (await db('recovery_flows').where({ id }).first('ended_at')).ended_at
  for (const state of ['begun', 'asked', 'proven'])
    assert.deepEqual(await endOf(flows.get(state)), minutes(5), state)
  for (const state of ['held', 'done']) assert.equal(await endOf(flows.get(state)), null, state)
  assert.deepEqual(await endOf(ended.id), minutes(1), 'an end is not moved')
  assert.equal(await endOf(other.id), null)
  await within((trx) => endFlow(trx, ended.id, minutes(9)))
  assert.deepEqual(await endOf(ended.id), minutes(1))
  assert.equal((await find((await newFlow(boris.id)).tokenHash))?.live, true)
})

test('expired flows are deleted, so many at once', async () => {
  await db('recovery_flows').delete()
  const old = [
    await newFlow(null, 'begun', minutes(-300)),
    await newFlow(null, 'begun', minutes(-300)),
  ]
  const young = await newFlow(null)
  assert.equal(await deleteOldFlows(db, minutes(-240), 10), 0, 'at its end it is not yet before it')
  assert.equal(await deleteOldFlows(db, minutes(-239), 1), 1)
  assert.equal(await deleteOldFlows(db, minutes(-239), 10), 1)
  assert.deepEqual(await db('recovery_flows').pluck('id'), [young.id])
  assert.equal(old.length, 2)
})

const holdOf = (accountId: string, more: Partial<Hold> = {}): Hold => ({
  accountId,
  epoch: firstEpoch,
  flowId: randomUUID(),
  password: { plain: 'a long new sentence', verifier: '$argon2id$v' },
  client,
  madeAt: at,
  dueAt: minutes(60),
  ...more,
})
const take = (accountId: string, when: Date, ring = keyring) =>
  within((trx) => takeDueHold(trx, ring, accountId, when))

test('a held password is stored sealed, and given to one caller once it is due', async () => {
  const anna = await newOwner()
  const first = holdOf(anna.id, {
    epoch: 0,
    password: { plain: 'an earlier sentence', verifier: 'v' },
  })
  const hold = holdOf(anna.id, { device: hashToken('her browser') })
  await within((trx) => putHold(trx, keyring, first))
  await within((trx) => putHold(trx, keyring, hold))
  const row = await db('recovery_holds').where({ account_id: anna.id }).first()
  assert.ok(!JSON.stringify(row).includes('sentence'))
  assert.equal(keyring.open('recovery-holds.password', row.password_sealed), 'a long new sentence')
  assert.equal(await take(anna.id, minutes(59)), undefined)
  assert.equal(await take(randomUUID(), minutes(60)), undefined)
  const taken = await Promise.all([take(anna.id, minutes(60)), take(anna.id, minutes(60))])
  assert.deepEqual(
    taken.filter((each) => each !== undefined),
    [hold],
  )
})

test('a second held password neither replaces the first nor postpones it', async () => {
  const anna = await newOwner()
  const first = holdOf(anna.id)
  const second = holdOf(anna.id, { dueAt: minutes(90) })
  await within((trx) => putHold(trx, keyring, first))
  await assert.rejects(
    within((trx) => putHold(trx, keyring, second)),
    /unique|duplicate/,
  )
  assert.deepEqual(await take(anna.id, minutes(60)), first)
})

test('a held password dies with a block, with its account and with its epoch', async () => {
  for (const what of [blocked, { closed_at: at }, { epoch: 2 }]) {
    const anna = await newOwner()
    await within((trx) => putHold(trx, keyring, holdOf(anna.id)))
    await change(anna.id, what)
    assert.equal(await take(anna.id, minutes(60)), undefined)
    assert.equal(
      (await db('recovery_holds').where({ account_id: anna.id })).length,
      0,
      'it is gone for good',
    )
  }
})

test('due held passwords are listed, the longest due first, and dropped by account', async () => {
  await db('recovery_holds').delete()
  const [anna, boris, carla] = [await newOwner(), await newOwner(), await newOwner()]
  await within((trx) => putHold(trx, keyring, holdOf(anna.id, { dueAt: minutes(30) })))
  await within((trx) => putHold(trx, keyring, holdOf(boris.id, { dueAt: minutes(20) })))
  await within((trx) => putHold(trx, keyring, holdOf(carla.id, { dueAt: minutes(40) })))
  assert.deepEqual(await listHolds(db, minutes(30), 10), [boris.id, anna.id])
  assert.deepEqual(await listHolds(db, minutes(40), 2), [boris.id, anna.id])
  assert.equal(await within((trx) => dropHold(trx, boris.id)), true)
  assert.equal(await within((trx) => dropHold(trx, boris.id)), false)
  assert.deepEqual(await listHolds(db, minutes(99), 10), [anna.id, carla.id])
})

test('held passwords move to the newest key, so many at once, and stay readable', async () => {
  await db('recovery_holds').delete()
  const owners = [await newOwner(), await newOwner(), await newOwner()]
  for (const { id } of owners) await within((trx) => putHold(trx, keyring, holdOf(id)))
  const rekey = (limit: number) => within((trx) => rekeyHolds(trx, rotated, limit))
  assert.deepEqual([await rekey(2), await rekey(2), await rekey(2)], [2, 1, 0])
  for (const { id } of owners)
    assert.equal((await take(id, minutes(60), onlyNew))?.password.plain, 'a long new sentence')
})

test('a change of keys skips rows that another worker has locked', async () => {
  await db('recovery_holds').delete()
  const [anna, boris] = [await newOwner(), await newOwner()]
  for (const { id } of [anna, boris]) await within((trx) => putHold(trx, keyring, holdOf(id)))
  await within(async (other) => {
    await other('recovery_holds').where({ account_id: anna.id }).forUpdate()
    assert.equal(await within((trx) => rekeyHolds(trx, rotated, 10)), 1)
  })
  assert.equal(await within((trx) => rekeyHolds(trx, rotated, 10)), 1)
})

test('the mailbox name of a flow is stored sealed, and moves to a new key', async () => {
  await db('recovery_flows').delete()
  const parts = {
    db,
    clock: { now: () => at },
    keyring,
    settings: { mailDomains: ['postern.example'] },
  }
  const typed = {
    'nobody.here': 'nobody.here@postern.example',
    ' Яна і ўсе ': 'Яна і ўсе',
    ['x'.repeat(900)]: 'x'.repeat(254),
  }
  const hashes: Buffer[] = []
  for (const login of Object.keys(typed)) {
    const tokenHash = hashToken(newToken())
    hashes.push(tokenHash)
    await beginRecovery(parts, {
      login,
      tokenHash,
      device: undefined,
      network,
      locale: 'be',
      client,
    })
  }
  const rekey = (limit: number) => within((trx) => rekeyFlows(trx, rotated, limit))
  assert.deepEqual([await rekey(2), await rekey(2), await rekey(2)], [2, 1, 0])
  const flows = await Promise.all(hashes.map((tokenHash) => find(tokenHash)))
  const named = flows.map((flow) => flow && mailboxOf(onlyNew, flow))
  assert.deepEqual(named, Object.values(typed))
  assert.equal(mailboxOf(keyring, { typedSealed: null }), '')
})
