import type { Db, Trx } from '#db/connection.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import { assertNever } from '#server/core/assert-never.ts'
import type { Clock } from '#server/core/clock.ts'
import { BusyError } from '#server/core/faults.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { leaveGuessing } from '../guessing/note-guessing.ts'
import { nobody } from './begin-recovery.ts'
import { methodFlowOf } from './method-flow.ts'
import type { ProofOutcome, RecoveryMethod } from './recovery-method.ts'
import { type Flow, noteProof } from './store.ts'

export interface ProveParts {
  readonly db: Db
  readonly clock: Clock
  readonly hasher: PasswordHasher
}

export type Proven =
  | { readonly kind: 'proven' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

/** The owner learns of so many wrong codes and answers in a day, over all recoveries of the name. */
export const toldAfter = 3
const failuresOfDay = { points: Number.MAX_SAFE_INTEGER, seconds: 86_400 }

/** Security: counted by the typed name, so that one that nobody has costs the same. */
async function countFailure(trx: Trx, { nameKey, accountId, client }: Flow): Promise<void> {
  const today = await createLimits(trx).limit('recovery-failures', failuresOfDay).count(nameKey)
  if (today.kind === 'counted' && today.used === toldAfter)
    await leaveGuessing(trx, { accountId: accountId ?? nobody, at: 'recovery', client })
}

/**
 * Judges what was typed, and moves the flow where it is right.
 * @throws BusyError where the line for hashing is full
 */
export async function proveFlow(
  parts: ProveParts,
  method: RecoveryMethod,
  flow: Flow,
  input: string,
): Promise<Proven> {
  const proven = await judgeProof(parts, method, flow, input)
  if (proven.kind === 'refused' && proven.reason === 'wrong')
    await parts.db.transaction((trx) => countFailure(trx, flow))
  return proven
}

async function judgeProof(
  { db, clock, hasher }: ProveParts,
  method: RecoveryMethod,
  flow: Flow,
  input: string,
): Promise<Proven> {
  // Where the proof is right and the flow cannot move, another one was faster or the account was blocked: the secret is worth nothing.
  const move = async (trx: Trx): Promise<Proven> =>
    (await noteProof(trx, flow.id, method.id, clock.now()))
      ? { kind: 'proven' }
      : { kind: 'refused', reason: 'wrong' }

  const outcome = await db.transaction(async (trx) => {
    const proof = await method.prove(trx, methodFlowOf(flow, clock.now()), input)
    return proof.kind === 'right' ? await move(trx) : proof
  })
  async function verify({
    verifier,
    text,
    takeBack,
  }: Extract<ProofOutcome, { kind: 'verify' }>): Promise<boolean> {
    try {
      return await hasher.verify(verifier, text)
    } catch (fault) {
      // Not judged, so it was no try.
      if (fault instanceof BusyError) await db.transaction(takeBack)
      throw fault
    }
  }
  switch (outcome.kind) {
    case 'proven':
    case 'refused':
    case 'wait':
      return outcome
    case 'verify':
      return (await verify(outcome))
        ? await db.transaction(move)
        : { kind: 'refused', reason: 'wrong' }
    default:
      return assertNever(outcome)
  }
}
