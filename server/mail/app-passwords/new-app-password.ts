// What an app password looks like, and what is kept of it.
import { createHash, randomBytes } from 'node:crypto'
import {
  appPasswordGroupLength,
  appPasswordGroups,
  appPasswordLetters,
} from '../mail-platform/app-password-shape.ts'

/**
 * @param seed 256 bits that nobody else knows or can make: the same make the same app password, so that a form that was sent twice makes one
 */
export function newAppPassword(seed: Uint8Array = randomBytes(32)): string {
  const count = appPasswordLetters.length
  const even = 256 - (256 % count)
  const stream = createHash('shake256', { outputLength: 512 }).update(seed).digest()
  // Bytes beyond the last whole round of letters would make some letters likelier than others.
  const letters = [...stream]
    .filter((byte) => byte < even)
    .map((byte) => appPasswordLetters[byte % count])
  const group = (_: unknown, nth: number) =>
    letters.slice(nth * appPasswordGroupLength, (nth + 1) * appPasswordGroupLength).join('')
  return Array.from({ length: appPasswordGroups }, group).join(' ')
}

/** SHA-256 without the blanks: what mail servers compare with. */
export const digestOfAppPassword = (secret: string): Buffer =>
  createHash('sha256').update(secret.replaceAll(' ', '')).digest()
