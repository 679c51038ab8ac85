import { createHash, randomBytes } from 'node:crypto'
import {
  appPasswordGroupLength,
  appPasswordGroups,
  appPasswordLetters,
} from '../mail-platform/app-password-shape.ts'

/** @param seed 256 secret bits; the same seed makes the same app password */
export function newAppPassword(seed: Uint8Array = randomBytes(32)): string {
  const count = appPasswordLetters.length
  const even = 256 - (256 % count)
  const stream = createHash('shake256', { outputLength: 512 }).update(seed).digest()
  // With the bytes from `even` on, some letters would be more likely than others.
  const letters = [...stream]
    .filter((byte) => byte < even)
    .map((byte) => appPasswordLetters[byte % count])
  const group = (_: unknown, nth: number) =>
    letters.slice(nth * appPasswordGroupLength, (nth + 1) * appPasswordGroupLength).join('')
  return Array.from({ length: appPasswordGroups }, group).join(' ')
}

/** SHA-256 of the secret without blanks, which mail servers compare. */
export const digestOfAppPassword = (secret: string): Buffer =>
  createHash('sha256').update(secret.replaceAll(' ', '')).digest()
