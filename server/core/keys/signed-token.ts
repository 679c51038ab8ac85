// A signed value for a link. The portal can make it again at any time.
import type { Keyring } from './keyring.ts'
import { sameSecret } from './secrets.ts'

const MAC_BYTES = 24

// Security: A signed link of one purpose opens nothing of another.
/** @param value ASCII, at most 100 characters, no secret @returns base64url */
export function signToken(keyring: Keyring, purpose: string, value: string): string {
  const mac = keyring.digest(purpose, value).subarray(0, MAC_BYTES)
  return Buffer.concat([mac, Buffer.from(value, 'latin1')]).toString('base64url')
}

/** What mail programs leave of `=3D` at the end of a link (RFC 2045, 6.7). */
export const withoutLeftover = (token: string): string => token.replace(/3D$/, '')

export function openSignedToken(
  keyring: Keyring,
  purpose: string,
  token: unknown,
): string | undefined {
  if (typeof token !== 'string') return undefined
  return open(keyring, purpose, token) ?? open(keyring, purpose, withoutLeftover(token))
}

function open(keyring: Keyring, purpose: string, token: string): string | undefined {
  if (!/^[A-Za-z0-9_-]{33,256}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.toString('base64url') !== token) return undefined
  const value = bytes.subarray(MAC_BYTES).toString('latin1')
  const mac = bytes.subarray(0, MAC_BYTES)
  const known = keyring
    .digests(purpose, value)
    .some((digest) => sameSecret(digest.subarray(0, MAC_BYTES), mac))
  return known ? value : undefined
}
