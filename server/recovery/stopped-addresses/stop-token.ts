// The token of a stop link is the sealed address. It works as long as SECRET_KEYS has its key.
import { type Keyring, SealError } from '#server/core/keys/keyring.ts'
import { withoutLeftover } from '#server/core/keys/signed-token.ts'

const purpose = 'stopped-addresses.link'

export const stopTokenOf = (keyring: Keyring, canonical: string): string =>
  keyring.seal(purpose, canonical)

/**
 * Security: A forged stop link, or a token of another purpose, leads nowhere.
 * @returns the canonical address
 */
export const openStopToken = (keyring: Keyring, token: string): string | undefined =>
  open(keyring, token) ?? open(keyring, withoutLeftover(token))

function open(keyring: Keyring, token: string): string | undefined {
  try {
    return keyring.open(purpose, token)
  } catch (fault) {
    if (fault instanceof SealError) return undefined
    throw fault
  }
}
