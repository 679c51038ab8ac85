import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import { findFlow } from './store.ts'

export const isFlowOpen = async (
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  token: string,
): Promise<boolean> => (await findFlow(db, hashToken(token), clock.now())) !== undefined
