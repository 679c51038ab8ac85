// Tells letters apart.
// Neither the reporter nor the wrapping of lines counts.
import { createHash } from 'node:crypto'
import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'

interface Scanned {
  readonly fields: readonly LetterField[]
  readonly body: string
}

/** What names a letter, and what steers how its body is shown. */
const namingFields = [
  'from',
  'subject',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
] as const

export const sha256 = (value: string | Uint8Array): string =>
  createHash('sha256').update(value).digest('hex')

const bare = (text: string) => text.replace(/\s+/g, '')

export const rawOf = (fields: readonly LetterField[], name: string): string[] =>
  fieldsNamed(fields, name).map(({ raw }) => bare(raw))

export const bodyKeyOf = ({ body }: Pick<Scanned, 'body'>): string => sha256(bare(body))

/** Equal only if sender, subject, body and kind of content are equal. */
export function letterKeyOf(scanned: Scanned): string {
  const named = namingFields.map((name) => [name, ...rawOf(scanned.fields, name)])
  return sha256(JSON.stringify([named, bodyKeyOf(scanned)]))
}
