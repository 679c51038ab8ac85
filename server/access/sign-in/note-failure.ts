import type { Db } from '#db/connection.ts'
import type { SignInLimits } from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { nobody } from '#server/recovery/flow/begin-recovery.ts'
import { enqueueGuessing } from '#server/recovery/guessing/record-guessing.ts'

interface Failure {
  readonly accountId: string | undefined
  readonly limitKey: string
  readonly failures: number
  readonly client: ClientInfo
}

/** Notifies the owner when the waits begin. */
export async function noteFailure(
  { db, signInLimits }: { readonly db: Db; readonly signInLimits: SignInLimits },
  { accountId = nobody, limitKey, failures, client }: Failure,
): Promise<void> {
  if (!(await signInLimits.beginsWaits(limitKey, failures))) return
  await db.transaction((trx) => enqueueGuessing(trx, { accountId, what: 'sign-in', client }))
}
