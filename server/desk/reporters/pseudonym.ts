import { alphabet } from '../reports/reference.ts'

const chars = 8
const bitsOfChar = 5n

// Security: Analysts know a reporter by a pseudonym.
/** Of the keyed digest of a person, such as `P-7K3M-9QXA`: the same in every case. */
export function pseudonymOf(personDigest: Buffer): string {
  let bits = BigInt(`0x${personDigest.subarray(0, 5).toString('hex')}`)
  let name = ''
  for (let n = 0; n < chars; n += 1) {
    name = `${alphabet[Number(bits & 31n)]}${name}`
    bits >>= bitsOfChar
  }
  return `P-${name.slice(0, 4)}-${name.slice(4)}`
}
