// The link by which the owner of an address ends all codes to it. It carries the address sealed: nothing is kept for an address that
// nobody stops, and the link works for as long as its key is listed.
import { type Keyring, SealError } from '#server/core/keys/keyring.ts'

const purpose = 'stopped-addresses.link'

/** Security: worth something to the reader of the letter alone, and at no other door. */
export const stopTokenOf = (keyring: Keyring, canonical: string): string =>
  keyring.seal(purpose, canonical)

/** The canonical address, or undefined for what is no link of ours. */
export function openStopToken(keyring: Keyring, token: string): string | undefined {
  try {
    return keyring.open(purpose, token)
  } catch (fault) {
    if (fault instanceof SealError) return undefined
    throw fault
  }
}
