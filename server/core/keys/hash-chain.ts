// Each link of a chain covers its record and the link before, and names its key.
import type { Keyring } from './keyring.ts'

export const chainStart = Buffer.alloc(32)

export const keyIdOfLink = (hash: Buffer): string => hash.subarray(0, 4).toString('hex')

/** @param fields in a fixed order: the database reorders JSON @throws without the key */
export function linkHash(
  keyring: Keyring,
  keyId: string,
  purpose: string,
  fields: readonly unknown[],
): Buffer {
  const digest = keyring.digestUnder(keyId, purpose, JSON.stringify(fields))
  if (!digest) throw new Error('the key of a chained entry is not listed any more')
  return Buffer.concat([Buffer.from(keyId, 'hex'), digest])
}

export const sortedPairs = (details: object): [string, unknown][] =>
  Object.entries(details).sort(([left], [right]) => (left < right ? -1 : 1))
