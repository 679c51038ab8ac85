// What every recovery method promises to a flow.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type AccountTrx, firstEpoch } from '#server/accounts/accounts/change-account.ts'
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import type {
  MethodFlow,
  ProofOutcome,
  RecoveryMethod,
} from '#server/recovery/flow/recovery-method.ts'
import { insertFlow } from '#server/recovery/flow/store.ts'
import { withoutLock } from '#test/support/account-lock.ts'
import type { TestPortal } from '#test/support/portal.ts'
import { type Equipped, equip, forgetLimits } from '#test/support/recovery/recovery.ts'

const nobody = '00000000-0000-0000-0000-000000000000'

export interface Trial {
  /** What `challenge` takes for this person, where the method asks. */
  readonly contactOf: (person: Equipped) => string
  /** A proof that is well-formed and wrong. */
  readonly wrong: string
  /** Takes the method from the account, as its owner would. */
  readonly remove: (portal: TestPortal, person: Equipped) => Promise<unknown>
}

type Bench = ReturnType<typeof createBench>

export function recoveryMethodContract(
  id: MethodId,
  portalOf: () => TestPortal,
  trial: Trial,
): void {
  describe(`recovery by ${id}`, () => {
    const bench = createBench(id, portalOf)
    testChallenge(portalOf, trial, bench)
    testProof(portalOf, trial, bench)
  })
}

function createBench(id: MethodId, portalOf: () => TestPortal) {
  const method = (): RecoveryMethod => {
    const found = portalOf().parts.recoveryMethods.find((each) => each.id === id)
    return found ?? assert.fail(`${id} is not in the list`)
  }

  /** A flow for the person, or a decoy. */
  async function begin(person: Equipped | null, at = portalOf().clock.now()): Promise<MethodFlow> {
    const { db } = portalOf()
    const token = hashToken(newToken())
    const about = { locale: 'en', client: { device: '', place: '' } } as const
    const keys = { nameKey: newToken(), limitKey: newToken(), askerKey: newToken() }
    const expiresAt = new Date(at.getTime() + 3_600_000)
    const accountId = person?.accountId ?? null
    const epoch = person ? firstEpoch : null
    await db.transaction((trx) =>
      insertFlow(trx, {
        tokenHash: token,
        accountId,
        epoch,
        ...keys,
        state: 'begun',
        ...about,
        at,
        expiresAt,
      }),
    )
    const { id: flowId } = await db('recovery_flows').where({ token_hash: token }).first('id')
    return {
      id: flowId,
      accountId: accountId ?? nobody,
      epoch: epoch ?? 0,
      shownAccountId: accountId ?? nobody,
      ...keys,
      ...about,
      begunAt: at,
      at,
    }
  }

  const inTrx = <T>(work: (trx: AccountTrx) => Promise<T>) => withoutLock(portalOf().db, work)
  const jobs = async () =>
    Number((await portalOf().db('graphile_worker._private_jobs').count())[0]?.count)
  const verdictOf = async (outcome: ProofOutcome): Promise<string> => {
    if (outcome.kind !== 'verify') return outcome.kind === 'refused' ? outcome.reason : outcome.kind
    return (await portalOf().parts.hasher.verify(outcome.verifier, outcome.text))
      ? 'right'
      : 'wrong'
  }
  return { method, begin, inTrx, jobs, verdictOf }
}

function testChallenge(portalOf: () => TestPortal, trial: Trial, bench: Bench): void {
  const { method, begin, inTrx, jobs } = bench
  it('a method asks known and unknown names alike: one outcome, one row, one job', async () => {
    const { challenge } = method().pages
    if (!challenge) return
    await forgetLimits(portalOf())
    const person = await equip(portalOf())
    const left: object[] = []
    const at = portalOf().clock.now()
    for (const flow of [await begin(person, at), await begin(null, at)]) {
      assert.equal(
        await method().showProof(portalOf().db, flow),
        null,
        'nothing to prove before it was asked',
      )
      const before = await jobs()
      const outcome = await inTrx((trx) => method().challenge(trx, flow, trial.contactOf(person)))
      const shown = await method().showProof(portalOf().db, flow)
      left.push({ outcome, jobs: (await jobs()) - before, shown })
    }
    assert.deepEqual(left[0], left[1])
    assert.deepEqual((left[0] as { outcome: object }).outcome, { kind: 'asked' })
  })

  it('a method refuses what cannot be a contact, and has nothing to ask again', async () => {
    if (!method().pages.challenge) return
    const flow = await begin(null)
    for (const input of ['', 'x'.repeat(5000), '\u202e', null]) {
      const outcome = await inTrx((trx) => method().challenge(trx, flow, input))
      assert.equal(outcome.kind, 'refused')
    }
  })
}

function testProof(portalOf: () => TestPortal, trial: Trial, bench: Bench): void {
  const { method, begin, inTrx, verdictOf } = bench
  it('a method judges a wrong proof alike for everybody, and never throws', async () => {
    await forgetLimits(portalOf())
    const person = await equip(portalOf())
    const verdicts: string[][] = []
    for (const flow of [await begin(person), await begin(null)]) {
      if (method().pages.challenge)
        await inTrx((trx) => method().challenge(trx, flow, trial.contactOf(person)))
      const judged: string[] = []
      for (const input of ['', trial.wrong, ' ', 'я'.repeat(3000)])
        judged.push(await verdictOf(await inTrx((trx) => method().prove(trx, flow, input))))
      verdicts.push(judged)
    }
    assert.deepEqual(verdicts[0], verdicts[1])
    assert.ok(!verdicts.flat().includes('right'))
  })

  it('a decoy, a false link or a removed method settles nothing', async () => {
    const person = await equip(portalOf())
    const hash = hashToken(newToken())
    assert.equal(await inTrx(async (trx) => method().settle(trx, await begin(null), hash)), false)
    const flow = await begin(person)
    await trial.remove(portalOf(), person)
    assert.equal(await inTrx((trx) => method().settle(trx, flow, hash)), false)
  })

  it('a method names its pages, and a page without a field has a link', () => {
    const { challenge, proof } = method().pages
    for (const page of [challenge, proof]) if (page) assert.match(page.page, /^recover-[a-z-]+$/)
    assert.ok(proof.field !== null || method().openLink, 'a page without a field needs a link')
  })
}
