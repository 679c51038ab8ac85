// The steps of a flow below the pages, with methods that each test makes.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { Trx } from '#db/connection.ts'
import { firstEpoch } from '#server/accounts/accounts/change-account.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import { BusyError } from '#server/core/faults.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import { challengeFlow } from '#server/recovery/flow/challenge-flow.ts'
import { methodFlowOf } from '#server/recovery/flow/method-flow.ts'
import { openLink } from '#server/recovery/flow/open-link.ts'
import { proveFlow } from '#server/recovery/flow/prove-flow.ts'
import type {
  MethodFlow,
  ProofOutcome,
  RecoveryMethod,
} from '#server/recovery/flow/recovery-method.ts'
import { endFlow, type Flow, findFlow } from '#server/recovery/flow/store.ts'
import {
  at,
  client,
  clock,
  keyring,
  startContactTrial,
} from '#test/support/recovery/contact-trial.ts'

const trial = await startContactTrial()
const { db, within, newOwner } = trial
after(() => trial.stop())

async function newFlow(
  accountId: string | null,
): Promise<{ flow: Flow; now: () => Promise<Flow | undefined> }> {
  const { tokenHash } = await trial.putFlow(accountId)
  const now = () => findFlow(db, tokenHash, at)
  return { flow: (await now()) ?? assert.fail('no flow'), now }
}

const unasked = async (): Promise<never> => assert.fail('only its owner asks for this')

/** A method that answers as the test wants. */
function methodOf(more: Partial<RecoveryMethod>): RecoveryMethod {
  return {
    id: 'phone',
    strength: 'strong',
    isOffered: true,
    hold: 'never',
    flashes: [],
    help: undefined,
    pages: { rank: 1, proof: { page: 'recover-sms-code', path: 'sms/code', field: 'code' } },
    describe: unasked,
    findContact: unasked,
    sureSince: unasked,
    doubt: unasked,
    remove: unasked,
    distrust: unasked,
    restore: unasked,
    showProof: async () => null,
    challenge: async () => ({ kind: 'asked' }),
    prove: async () => ({ kind: 'refused', reason: 'wrong' }),
    settle: async () => 'strong',
    tasks: {},
    ...more,
  }
}

const hasherOf = (verify: PasswordHasher['verify']): PasswordHasher => ({
  hash: async () => assert.fail('nothing is hashed here'),
  verify,
  needsRehash: () => false,
  takePlace: () => () => {},
  load: () => ({ running: 0, waiting: 0 }),
})

const marks = () => db('rate_limits').orderBy('key').pluck('key')
const mark = (trx: Trx, key: string) => trx('rate_limits').insert({ key, points: 1, expire: 1 })

test('a challenge gives the method its view of the flow, and moves the flow if asked', async () => {
  const anna = await newOwner()
  const { flow, now } = await newFlow(anna.id)
  const seen: unknown[] = []
  const method = methodOf({
    challenge: async (_trx, of, input) => {
      seen.push(of, input)
      return input === null ? { kind: 'asked' } : { kind: 'refused', reason: 'shape' }
    },
  })
  const parts = { db, clock }
  assert.deepEqual(await challengeFlow(parts, method, flow, 'nonsense'), {
    kind: 'refused',
    reason: 'shape',
  })
  assert.deepEqual(
    [(await now())?.state, (await now())?.asked],
    ['begun', null],
    'a refusal moves nothing',
  )
  assert.deepEqual(await challengeFlow(parts, method, flow, null), { kind: 'asked' })
  assert.deepEqual([(await now())?.state, (await now())?.asked], ['asked', 'phone'])
  const view = methodFlowOf(flow, at)
  assert.deepEqual(seen, [view, 'nonsense', view, null])
})

test('a flow that has moved on meanwhile asks its method for no challenge', async () => {
  const anna = await newOwner()
  const { flow } = await newFlow(anna.id)
  await proveFlow(
    { db, clock, hasher: hasherOf(async () => true) },
    methodOf({ prove: async () => ({ kind: 'right' }) }),
    flow,
    '1',
  )
  const method = methodOf({ challenge: async () => assert.fail('was asked') })
  assert.deepEqual(await challengeFlow({ db, clock }, method, flow, 'x'), { kind: 'moved' })
})

test('a right proof moves its flow, a wrong one or one that must wait does not', async () => {
  const anna = await newOwner()
  const { flow, now } = await newFlow(anna.id)
  const seen: [MethodFlow, string][] = []
  const proveBy = (outcome: ProofOutcome) =>
    methodOf({
      prove: async (_trx, of, input) => {
        seen.push([of, input])
        return outcome
      },
    })
  const parts = { db, clock, hasher: hasherOf(async () => assert.fail('nothing to verify')) }
  for (const outcome of [
    { kind: 'refused', reason: 'dead' },
    { kind: 'wait', retryAfterSeconds: 7 },
  ] as const) {
    assert.deepEqual(await proveFlow(parts, proveBy(outcome), flow, 'typed'), outcome)
    assert.equal((await now())?.state, 'begun')
  }
  assert.deepEqual(await proveFlow(parts, proveBy({ kind: 'right' }), flow, 'typed'), {
    kind: 'proven',
  })
  assert.deepEqual([(await now())?.state, (await now())?.provenBy], ['proven', 'phone'])
  assert.deepEqual(seen[0], [methodFlowOf(flow, at), 'typed'])
  // Somebody was faster: the secret is worth nothing any more.
  assert.deepEqual(await proveFlow(parts, proveBy({ kind: 'right' }), flow, 'typed'), {
    kind: 'refused',
    reason: 'wrong',
  })
})

test('the hasher judges an answer only after its try is counted and committed', async () => {
  const anna = await newOwner()
  const { flow, now } = await newFlow(anna.id)
  const { flow: decoy, now: decoyNow } = await newFlow(null)
  const counted = newToken()
  const method = methodOf({
    id: 'security-question',
    prove: async (trx, of) => {
      await mark(trx, `${counted}${of.id}`)
      return {
        kind: 'verify',
        verifier: 'phc',
        text: 'answer',
        takeBack: async () => assert.fail('was judged'),
      }
    },
  })
  const asked: unknown[] = []
  const hasherSays = (verdict: boolean) =>
    hasherOf(async (verifier, text) => {
      asked.push(verifier, text, (await marks()).filter((key) => key.startsWith(counted)).length)
      return verdict
    })
  const parts = { db, clock }
  const refused = { kind: 'refused', reason: 'wrong' }
  assert.deepEqual(
    await proveFlow({ ...parts, hasher: hasherSays(false) }, method, flow, 'x'),
    refused,
  )
  assert.equal((await now())?.state, 'begun')
  assert.deepEqual(asked, ['phc', 'answer', 1], 'the count is committed before the hash')
  await db('rate_limits').delete()
  assert.deepEqual(await proveFlow({ ...parts, hasher: hasherSays(true) }, method, flow, 'x'), {
    kind: 'proven',
  })
  assert.equal((await now())?.provenBy, 'security-question')
  // Even a hasher that says yes opens no decoy.
  assert.deepEqual(
    await proveFlow({ ...parts, hasher: hasherSays(true) }, method, decoy, 'x'),
    refused,
  )
  assert.equal((await decoyNow())?.state, 'begun')
})

test('a hasher that is too busy gives the try back, one that breaks does not', async () => {
  const anna = await newOwner()
  const { flow, now } = await newFlow(anna.id)
  const taken = newToken()
  const method = methodOf({
    prove: async () => ({
      kind: 'verify',
      verifier: null,
      text: 'x',
      takeBack: async (trx) => void (await mark(trx, taken)),
    }),
  })
  const parts = { db, clock }
  const broken = hasherOf(async () => {
    throw new Error('no memory')
  })
  await assert.rejects(proveFlow({ ...parts, hasher: broken }, method, flow, 'x'), /no memory/)
  assert.ok(!(await marks()).includes(taken))
  const busy = hasherOf(async () => {
    throw new BusyError('the line is full')
  })
  await assert.rejects(proveFlow({ ...parts, hasher: busy }, method, flow, 'x'), BusyError)
  assert.ok((await marks()).includes(taken))
  assert.equal((await now())?.state, 'begun')
})

test('each opening of a recovery link begins a flow of its own for its account', async () => {
  const anna = await newOwner()
  const token = newToken()
  const asked: unknown[] = []
  const byLink = (id: MethodId, accountId: string | undefined) =>
    methodOf({
      id,
      openLink: async (_trx, hash, when) => {
        asked.push(hash, when)
        return accountId === undefined ? undefined : { accountId, epoch: firstEpoch }
      },
    })
  const recoveryMethods = [
    methodOf({}),
    byLink('security-question', undefined),
    byLink('backup-address', anna.id),
  ]
  const parts = { db, clock, keyring, recoveryMethods }
  for (let round = 0; round < 2; round++) {
    const cookie = hashToken(newToken())
    assert.equal(await openLink(parts, token, { locale: 'ru', client }, () => cookie), true)
    const flow = await findFlow(db, cookie, at)
    assert.ok(flow)
    assert.deepEqual(
      [
        flow.accountId,
        flow.address,
        flow.state,
        flow.provenBy,
        flow.proofHash,
        flow.locale,
        flow.client,
        flow.begunAt,
      ],
      [anna.id, anna.address, 'proven', 'backup-address', hashToken(token), 'ru', client, at],
    )
  }
  assert.deepEqual(asked[0], hashToken(token))
  assert.deepEqual(asked[1], at)
  const never = () => assert.fail('a cookie was set')
  for (const wrong of ['', 'nonsense', `${token}x`]) {
    asked.length = 0
    assert.equal(await openLink(parts, wrong, { locale: 'ru', client }, never), false)
    assert.deepEqual(asked, [], 'what cannot be a token is looked up nowhere')
  }
  const without = { ...parts, recoveryMethods: recoveryMethods.slice(0, 2) }
  assert.equal(await openLink(without, token, { locale: 'ru', client }, never), false)
})

test('a recovery link opens nothing for a blocked, closed or unknown account', async () => {
  const never = () => assert.fail('a cookie was set')
  const anna = await newOwner()
  const opening = (accountId: string) => {
    const recoveryMethods = [methodOf({ openLink: async () => ({ accountId, epoch: firstEpoch }) })]
    return openLink(
      { db, clock, keyring, recoveryMethods },
      newToken(),
      { locale: 'en', client },
      never,
    )
  }
  assert.equal(await opening(randomUUID()), false)
  for (const what of [
    { blocked_at: at, block_reason: 'spam' },
    { blocked_at: null, block_reason: null, closed_at: at },
  ]) {
    await db('accounts').where({ id: anna.id }).update(what)
    assert.equal(await opening(anna.id), false)
  }
})

test('a flow that was ended takes no proof, however right', async () => {
  const anna = await newOwner()
  const { flow, now } = await newFlow(anna.id)
  await within((trx) => endFlow(trx, flow.id, at))
  const parts = { db, clock, hasher: hasherOf(async () => true) }
  const right = methodOf({ prove: async () => ({ kind: 'right' }) })
  assert.deepEqual(await proveFlow(parts, right, flow, 'x'), { kind: 'refused', reason: 'wrong' })
  assert.equal((await now())?.live, false)
})
