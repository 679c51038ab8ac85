import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import { findFlow } from './store.ts'

/** Whether a flow of this token goes on, so that a second click can be led to where it stands. */
export const isFlowOpen = async (
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  token: string,
): Promise<boolean> => (await findFlow(db, hashToken(token), clock.now())) !== undefined
