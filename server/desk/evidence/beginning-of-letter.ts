// Of a large letter the header and the beginning are kept: what it says stands there.
import { letterLimits } from '#server/core/letters/letter.ts'

const gaps = ['\r\n\r\n', '\n\n', '\r\r\n\r\r\n'].map((gap) => Buffer.from(gap))

/** The letter itself unless it is larger than what is read whole. */
export function beginningOfLetter(letter: Uint8Array, sizeBytes = letter.length): Uint8Array {
  if (sizeBytes === letter.length && sizeBytes <= letterLimits.bytes) return letter
  const bytes = Buffer.from(letter.buffer, letter.byteOffset, letter.byteLength)
  const found = gaps.map((gap) => bytes.indexOf(gap)).filter((at) => at >= 0)
  const header = found.length > 0 ? Math.min(...found) : 0
  // A copy, so that the rest of the letter leaves the memory.
  return Uint8Array.from(bytes.subarray(0, header + letterLimits.beginningBytes))
}
