import type { Keyring } from '#server/core/keys/keyring.ts'
import { eachField } from '#server/core/letters/header-fields.ts'
import { splitLetter } from '#server/core/letters/letter-shape.ts'
import { bindLetter } from './trace-binding.ts'
import { createTraceHeader, type Trace, traceHeaderName } from './trace-header.ts'

/** Adds a trace and removes all others, as the milter does. @param letter has CRLF line ends */
export function traceLetter(keyring: Keyring, trace: Trace, letter: Uint8Array): Buffer {
  const { header, body } = splitLetter(Buffer.from(letter).toString('latin1'))
  const own: string[] = []
  eachField(header, (name, whole) => {
    if (name !== traceHeaderName.toLowerCase()) own.push(whole())
  })
  const lines = own.join('\r\n')
  const line = createTraceHeader(keyring, trace, bindLetter(lines, body))
  return Buffer.from(`${line}\r\n${lines}\r\n\r\n${body}`, 'latin1')
}
