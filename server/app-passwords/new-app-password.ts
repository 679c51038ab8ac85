// What an app password looks like, and what is kept of it.
import { createHash, randomInt } from 'node:crypto'
import { appPasswordGroupLength, appPasswordGroups, appPasswordLetters } from '../mail-platform/app-password-shape.ts'

export function newAppPassword(): string {
  const group = () =>
    Array.from({ length: appPasswordGroupLength }, () => appPasswordLetters[randomInt(appPasswordLetters.length)]).join(
      '',
    )
  return Array.from({ length: appPasswordGroups }, group).join(' ')
}

/** SHA-256 without the blanks: what mail servers compare with. */
export const digestOfAppPassword = (secret: string): Buffer =>
  createHash('sha256').update(secret.replaceAll(' ', '')).digest()
