import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { noteFailure } from './note-failure.ts'
import type { SignInParts } from './sign-in.ts'

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
  const allowance = await parts.signInLimits.begin(key)
  if (allowance.kind === 'wait') return allowance
  const { failures } = allowance
  const account = await findAccountByAddress(parts.db, address)
  const verifier = account?.passwordVerifier ?? null
  const right = await parts.signInLimits.judge(key, failures, () =>
    parts.hasher.verify(verifier, password),
  )
  if (!right) {
    await noteFailure(parts, { accountId: account?.id, limitKey: key, failures, client })
    return { kind: 'wrong' }
  }
  await parts.signInLimits.forget(key, failures)
  return { kind: 'right' }
}
