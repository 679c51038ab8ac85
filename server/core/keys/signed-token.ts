/** Links that the portal can make again at any time, because they carry what they are about and a keyed proof of it. */
import type { Keyring } from './keyring.ts'
import { sameSecret } from './secrets.ts'

const MAC_BYTES = 24

// Security: a signed link is worth nothing at another door: the purpose is part of what is signed.
/** @param value ASCII of at most 100 characters, no secret. @returns base64url without dots, at most 170 characters. */
export function signToken(keyring: Keyring, purpose: string, value: string): string {
  const mac = keyring.digest(purpose, value).subarray(0, MAC_BYTES)
  return Buffer.concat([mac, Buffer.from(value, 'latin1')]).toString('base64url')
}

/** The value that was signed for this purpose under a key that is still listed, or undefined. */
export function openSignedToken(
  keyring: Keyring,
  purpose: string,
  token: unknown,
): string | undefined {
  if (typeof token !== 'string' || !/^[A-Za-z0-9_-]{33,256}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.toString('base64url') !== token) return undefined
  const value = bytes.subarray(MAC_BYTES).toString('latin1')
  const mac = bytes.subarray(0, MAC_BYTES)
  const known = keyring
    .digests(purpose, value)
    .some((digest) => sameSecret(digest.subarray(0, MAC_BYTES), mac))
  return known ? value : undefined
}
