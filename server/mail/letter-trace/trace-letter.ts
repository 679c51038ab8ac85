import type { Keyring } from '#server/core/keys/keyring.ts'
import { scanLetter } from '#server/core/letters/letter-shape.ts'
import { openSource } from '#server/core/letters/letter-source.ts'
import { bindingOf, createTraceHeader, type Trace, traceHeaderName } from './trace-header.ts'

const FOREIGN = new RegExp(`^${traceHeaderName}[ \\t]*:.*(?:\\r?\\n[ \\t].*)*\\r?\\n`, 'gim')

/** Adds a trace and removes all others. @param letter has CRLF line ends */
export function traceLetter(keyring: Keyring, trace: Trace, letter: Uint8Array): Buffer {
  const binary = Buffer.from(letter).toString('latin1')
  const end = binary.search(/\r?\n\r?\n/)
  const header = end < 0 ? binary : binary.slice(0, end + 2)
  const own = header.replace(FOREIGN, '') + binary.slice(header.length)
  const { fields, body } = scanLetter(openSource(Buffer.from(own, 'latin1')).binary)
  const line = createTraceHeader(keyring, trace, bindingOf(fields, body))
  return Buffer.from(`${line}\r\n${own}`, 'latin1')
}
