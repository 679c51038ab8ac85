// crypt(3) `$6$` verifiers for hosted platforms without argon2id, as Ulrich Drepper specified them.
// The packages on npm are wrong for passwords of 64, 128, … bytes, or take a second for one hash.
import { hash, randomInt } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { normalizePassword } from '#server/core/passwords/password-policy.ts'

/** Google's Directory API takes no more. This is also the default. */
export const maxRounds = 10_000
const saltLength = 16
const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** So many rounds take about half a millisecond. Then other requests get their turn. */
const roundsPerTurn = 200

/** A verifier `$6$rounds=…$salt$hash` of the normalised password. @param rounds 1,000 to 10,000 */
export function hashSha512Crypt(password: string, rounds: number = maxRounds): Promise<string> {
  return sha512Crypt(normalizePassword(password), newSalt(), rounds)
}

/** Like C's `crypt`: takes the password as it is, and a salt of at most 16 characters. */
export async function sha512Crypt(password: string, salt: string, rounds: number): Promise<string> {
  const key = Buffer.from(password, 'utf8')
  const saltBytes = Buffer.from(salt, 'utf8')
  const start = startDigest(key, saltBytes)
  const p = stretch(sha512(...Array<Buffer>(key.length).fill(key)), key.length)
  const s = stretch(
    sha512(...Array<Buffer>(16 + (start[0] ?? 0)).fill(saltBytes)),
    saltBytes.length,
  )

  let digest = start
  for (let round = 0; round < rounds; round += 1) {
    const parts = [round % 2 ? p : digest]
    if (round % 3) parts.push(s)
    if (round % 7) parts.push(p)
    parts.push(round % 2 ? digest : p)
    digest = sha512(...parts)
    if (round % roundsPerTurn === roundsPerTurn - 1) await nextTurn()
  }
  return `$6$rounds=${rounds}$${salt}$${encode(digest)}`
}

function sha512(...parts: Buffer[]): Buffer {
  return hash('sha512', Buffer.concat(parts), 'buffer')
}

function stretch(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest)
}

function startDigest(key: Buffer, salt: Buffer): Buffer {
  const inner = sha512(key, salt, key)
  const parts = [key, salt, stretch(inner, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? inner : key)
  return sha512(...parts)
}

/** crypt's own base64 takes one byte from each third of the digest, and rotates the thirds. */
function encode(digest: Buffer): string {
  const byte = (index: number) => digest[index] ?? 0
  let [a, b, c] = [0, 21, 42]
  let text = ''
  for (let group = 0; group < 21; group += 1) {
    text += digits((byte(a) << 16) | (byte(b) << 8) | byte(c), 4)
    ;[a, b, c] = [b + 1, c + 1, a + 1]
  }
  return text + digits(byte(63), 2)
}

function digits(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => alphabet[(value >> (6 * index)) & 63]).join('')
}

function newSalt(): string {
  return Array.from({ length: saltLength }, () => alphabet[randomInt(alphabet.length)]).join('')
}
