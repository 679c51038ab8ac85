import type { Db, Trx } from '#db/connection.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import { assertNever } from '#server/core/assert-never.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay, msPerSecond } from '#server/core/durations.ts'
import { BusyError } from '#server/core/faults.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { enqueueGuessing } from '../guessing/record-guessing.ts'
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

/** The third failure of a name in a day, over all its flows, sends its owner a notice. */
const failuresBeforeNotice = 3
const failuresOfDay = { points: Number.MAX_SAFE_INTEGER, seconds: msPerDay / msPerSecond }

/** Counts by the typed name: it costs the same whether or not anybody has it. */
async function countFailure(trx: Trx, { nameKey, accountId, client }: Flow): Promise<void> {
  const today = await createLimits(trx).limit('recovery-failures', failuresOfDay).count(nameKey)
  if (today.kind === 'counted' && today.used === failuresBeforeNotice)
    await enqueueGuessing(trx, { accountId: accountId ?? nobody, what: 'recovery', client })
}

/** @throws BusyError where the queue for hashing is full */
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

async function verifyText(
  { db, hasher }: Pick<ProveParts, 'db' | 'hasher'>,
  { verifier, text, takeBack }: Extract<ProofOutcome, { kind: 'verify' }>,
): Promise<boolean> {
  try {
    return await hasher.verify(verifier, text)
  } catch (fault) {
    // Nothing was judged, so the try does not count.
    if (fault instanceof BusyError) await db.transaction(takeBack)
    throw fault
  }
}

async function judgeProof(
  { db, clock, hasher }: ProveParts,
  method: RecoveryMethod,
  flow: Flow,
  input: string,
): Promise<Proven> {
  // A right proof may be too late: another was faster, or the account was blocked.
  const move = async (trx: Trx, proofHash?: Buffer): Promise<Proven> =>
    (await noteProof(trx, flow.id, method.id, clock.now(), proofHash))
      ? { kind: 'proven' }
      : { kind: 'refused', reason: 'wrong' }

  const outcome = await db.transaction(async (trx) => {
    const proof = await method.prove(trx, methodFlowOf(flow, clock.now()), input)
    return proof.kind === 'right' ? await move(trx, proof.proofHash) : proof
  })
  switch (outcome.kind) {
    case 'proven':
    case 'refused':
    case 'wait':
      return outcome
    case 'verify':
      return (await verifyText({ db, hasher }, outcome))
        ? await db.transaction(move)
        : { kind: 'refused', reason: 'wrong' }
    default:
      return assertNever(outcome)
  }
}
