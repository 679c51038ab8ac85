// The letter of a report that was refused: kept for an hour, so that nobody has to choose it again.
import { newToken } from '#server/core/keys/secrets.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { dropKept, findKept, keep } from '#server/kit/drafts/store.ts'

export interface KeptLetter {
  /** Stands in the hidden field `kept_file`. */
  readonly token: string
  readonly name: string
  readonly bytes: Uint8Array
  /** Of the file that was sent. Larger than `bytes` if only its beginning is kept. */
  readonly sizeBytes: number
}

const purpose = 'abuse.kept-letter'
const nameChars = 60
type Parts = Pick<DeskParts, 'db' | 'keyring' | 'clock'>

/** The end is kept, because it says what kind of file it is. */
function shownName(name: string): string {
  const plain = name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim() || 'letter.eml'
  return plain.length <= nameChars ? plain : `…${plain.slice(1 - nameChars)}`
}

/** Undefined if there is no room. @param browser the secret of the browser that sent it */
export async function keepLetter(
  parts: Parts,
  browser: string,
  file: Omit<KeptLetter, 'token'>,
): Promise<KeptLetter | undefined> {
  const letter = { ...file, token: newToken(), name: shownName(file.name) }
  const text = Buffer.from(letter.bytes).toString('base64')
  const content = JSON.stringify([letter.name, text, letter.sizeBytes])
  const what = { token: letter.token, content, at: parts.clock.now() }
  return (await keep(parts, { purpose, browser }, what)) ? letter : undefined
}

export async function findKeptLetter(
  parts: Parts,
  browser: string,
  token: string,
): Promise<KeptLetter | undefined> {
  const content = await findKept(parts, { purpose, browser }, token, parts.clock.now())
  if (content === undefined) return undefined
  const [name, text, sizeBytes] = JSON.parse(content) as [string, string, number]
  return { token, name, bytes: Buffer.from(text, 'base64'), sizeBytes }
}

export const dropKeptLetter = (parts: Parts, browser: string, token: string): Promise<void> =>
  dropKept(parts, { purpose, browser }, token)
