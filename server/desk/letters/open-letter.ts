import { eachField } from '#server/core/letters/header-fields.ts'
import { scanLetter, splitLetter } from '#server/core/letters/letter-shape.ts'
import {
  type LetterSource,
  openSource,
  openUnrepaired,
} from '#server/core/letters/letter-source.ts'
import { bindLetter } from '#server/mail/letter-trace/trace-binding.ts'
import { seemsTraced, traceHeaderName } from '#server/mail/letter-trace/trace-header.ts'

const TRACE = new RegExp(`^${traceHeaderName}[ \\t]*:`, 'im')

// Security: A letter that carries its trace is read as it stands, so no repair hides its sender.
/** Pasted and quoted letters are repaired first. */
export function openLetter(input: Uint8Array | string): LetterSource {
  const asItStands = openUnrepaired(input)
  const { header } = splitLetter(asItStands.binary)
  const isClean = TRACE.test(header) && eachField(header, () => {})
  const { fields } = scanLetter(isClean ? header : '')
  return seemsTraced(fields, bindLetter(isClean ? header : '', '')) ? asItStands : openSource(input)
}
