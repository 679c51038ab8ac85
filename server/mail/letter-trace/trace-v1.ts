// Traces of version 1 leave open what steers the display: they never say that a letter is intact.
import { createHash } from 'node:crypto'
import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'

export const tagsOfV1 = ['v', 'k', 't', 'q', 'a', 'i', 's', 'b'] as const

/** @param body latin1 characters with CRLF line ends */
export function bindingOfV1(fields: readonly LetterField[], body: string) {
  const all = (name: string) =>
    fieldsNamed(fields, name)
      .map((field) => field.raw.replace(/\s+/g, ''))
      .join('\n')
  return {
    identity: digest(['message-id', 'from', 'date'].map(all).join('\n\n')),
    subject: digest(all('subject')),
    body: digest(relaxBody(body)),
  }
}

const digest = (text: string) => createHash('sha256').update(text, 'latin1').digest('base64url')

function relaxBody(body: string): string {
  return body
    .replace(/[ \t]+/g, ' ')
    .replaceAll(' \r\n', '\r\n')
    .replace(/ $/, '')
    .trimEnd()
}
