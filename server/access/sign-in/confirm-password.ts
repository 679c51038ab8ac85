import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { noteFailure, type SignInParts } from './sign-in.ts'

export type Confirmed =
  | { readonly kind: 'right' | 'wrong' }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

/** Judges a password that is typed again while signed in. Its tries count apart from sign-in. */
export async function confirmPassword(
  parts: SignInParts,
  address: string,
  password: string,
  client: ClientInfo,
): Promise<Confirmed> {
  const key = `confirm:${parts.signInLimits.keyOf(address, undefined)}`
  const budget = await parts.signInLimits.begin(key)
  if (budget.kind === 'wait') return { kind: 'wait', retryAfterSeconds: budget.retryAfterSeconds }
  const account = await findAccountByAddress(parts.db, address)
  const verifier = account?.passwordVerifier ?? null
  const right = await parts.signInLimits.judge(key, budget.failures, () =>
    parts.hasher.verify(verifier, password),
  )
  if (!right) {
    await noteFailure(parts, {
      accountId: account?.id,
      limitKey: key,
      failures: budget.failures,
      client,
    })
    return { kind: 'wrong' }
  }
  await parts.signInLimits.forget(key, budget.failures)
  return { kind: 'right' }
}
