// The same form sent again by the browser that registered with it: whoever clicked twice is signed in, as by the first click.

import { findAccountEpoch } from '#server/accounts/accounts/store.ts'
import { isKnownDevice } from '#server/accounts/sessions/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import { type SignedIn, type SignInParts, signIn } from '../sign-in/sign-in.ts'
import type { JudgedRegistration } from './register-account.ts'

/**
 * Security: only a browser that the account knows is judged, by the same rule, hash and budget as at sign-in; for every other one the name is
 * taken, whatever password it sends. So nobody learns here what sign-in would not tell them.
 * @param device digest of the browser's own token
 * @returns undefined where it is no repetition, or the password is another
 */
export async function repeatRegistration(
  parts: SignInParts,
  wanted: Extract<JudgedRegistration, { kind: 'ok' }>,
  device: Buffer,
  client: ClientInfo,
  network: string,
): Promise<Extract<SignedIn, { kind: 'signed-in' }> | undefined> {
  const address = addressOf(wanted.login, wanted.domain)
  const accountId = (await findAccountEpoch(parts.db, address))?.id
  if (!accountId || !(await isKnownDevice(parts.db, accountId, device))) return undefined
  const outcome = await signIn(
    parts,
    { login: address, password: wanted.password },
    device,
    client,
    network,
  )
  return outcome.kind === 'signed-in' ? outcome : undefined
}
