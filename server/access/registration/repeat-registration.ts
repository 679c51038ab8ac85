// A second click on the registration form signs the browser in, as the first one did.
import { findAccountEpoch } from '#server/accounts/accounts/store.ts'
import { isKnownDevice } from '#server/accounts/sessions/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import { type SignedIn, type SignInParts, signIn } from '../sign-in/sign-in.ts'
import type { WantedAccount } from './judge-registration.ts'

/**
 * Security: A stranger with the password learns only that the name is taken.
 * Only a known browser of the account is judged, and its tries count as at sign-in.
 * @param device digest of the browser's token
 * @returns undefined if it is no repetition, or the password is wrong
 */
export async function repeatRegistration(
  parts: SignInParts,
  wanted: WantedAccount,
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
