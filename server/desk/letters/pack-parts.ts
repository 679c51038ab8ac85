// Hands large plain parts to the parser as base64: it reads them in a tenth of the time.
import type { ScannedLetter } from '#server/core/letters/letter-shape.ts'

const LARGE_CHARS = 64 * 1024
const ENCODED = /^content-transfer-encoding[ \t]*:\s*(?:base64|quoted-printable)/im
const ENCODING_FIELD = /^content-transfer-encoding[ \t]*:.*\r\n(?:[ \t].*\r\n)*/gim

export function packLargeParts(letter: ScannedLetter): ScannedLetter {
  const large = letter.spans.filter(({ bodyAt, endAt }) => endAt - bodyAt > LARGE_CHARS)
  if (large.length === 0) return letter
  const pieces: string[] = []
  let done = 0
  for (const { headerAt, bodyAt, endAt } of large) {
    const header = letter.body.slice(headerAt, bodyAt - 2)
    if (headerAt < done || ENCODED.test(header)) continue
    const plain = header.replace(ENCODING_FIELD, '')
    const packed = Buffer.from(letter.body.slice(bodyAt, endAt), 'latin1').toString('base64')
    pieces.push(
      letter.body.slice(done, headerAt),
      plain,
      `Content-Transfer-Encoding: base64\r\n\r\n${packed}`,
    )
    done = endAt
  }
  return { ...letter, body: `${pieces.join('')}${letter.body.slice(done)}` }
}
