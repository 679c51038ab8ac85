// What an app password looks like, and what is kept of it.
import { createHash, randomInt } from 'node:crypto'

/** Nothing that looks like something else, whatever the type face: no i, l, o, 0, 1. */
const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
const groups = 5
const groupLength = 4

/** 20 of 31 letters, 99 bits (SAFETY: at least 80), in groups that people can copy by hand. The blanks are only there for the eye. */
export function newAppPassword(): string {
  const group = () => Array.from({ length: groupLength }, () => letters[randomInt(letters.length)]).join('')
  return Array.from({ length: groups }, group).join(' ')
}

/** SHA-256 without the blanks: what mail servers compare with. */
export const digestOfAppPassword = (secret: string): Buffer =>
  createHash('sha256').update(secret.replaceAll(' ', '')).digest()
