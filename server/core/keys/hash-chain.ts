/** One link of a chain of records: what it tells and its predecessor, under a key that it names, so that entries outlive a rotation. */
import type { Keyring } from './keyring.ts'

export const chainStart = Buffer.alloc(32)

/** The key under which a link was made. */
export const keyIdOfLink = (hash: Buffer): string => hash.subarray(0, 4).toString('hex')

/**
 * @param fields in a fixed order: what is signed must be read back equal, whatever the database does to JSON
 * @throws where the key is not listed any more
 */
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

/** Details as pairs in one order. */
export const sortedPairs = (details: object): [string, unknown][] =>
  Object.entries(details).sort(([left], [right]) => (left < right ? -1 : 1))
