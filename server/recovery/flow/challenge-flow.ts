import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { methodFlowOf } from './method-flow.ts'
import type { ChallengeOutcome, RecoveryMethod } from './recovery-method.ts'
import { type Flow, lockFlow, noteChallenge } from './store.ts'

export type Challenged = ChallengeOutcome | { readonly kind: 'moved' }

export async function challengeFlow(
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  method: RecoveryMethod,
  flow: Flow,
  input: string | null,
  seen?: number,
): Promise<Challenged> {
  return await db.transaction(async (trx) => {
    const at = clock.now()
    if (!(await lockFlow(trx, flow.id, 'challenge', at))) return { kind: 'moved' }
    const outcome = await method.challenge(trx, methodFlowOf(flow, at), input, seen)
    if (outcome.kind === 'asked') await noteChallenge(trx, flow.id, method.id)
    return outcome
  })
}
