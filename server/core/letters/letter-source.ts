// Restores the lines of a letter that a program quoted or indented.
import { fieldName, isKnown, isKnownName, isTransportName } from './field-name.ts'
import { letterLimits, type Repair } from './letter.ts'

export interface LetterSource {
  /** CRLF line ends, one latin1 character for each byte. */
  readonly binary: string
  readonly repairs: readonly Repair[]
  /** The letter has more lines than were read. */
  readonly cut: boolean
  /** Came as characters: it is UTF-8, whatever its header says. */
  readonly pasted: boolean
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])
const QUOTED = /^[ \t]{0,4}[>|] ?/
const SEARCHED_LINES = 400
const SAMPLED_LINES = 40

/** The letter as it stands, below an mbox line or blank ones. Never throws. */
export function openUnrepaired(input: Uint8Array | string): LetterSource {
  const repairs: Repair[] = []
  const pasted = typeof input === 'string'
  const bytes = pasted ? Buffer.from(input.toWellFormed(), 'utf8') : input
  const text = usualLineEnds(toBytes(bytes, repairs)).toString('latin1')
  const start = /^(?:\r\n)*(?:From [^\r]*\r\n)?/.exec(text)?.[0].length ?? 0
  return { binary: text.slice(start), repairs, cut: false, pasted }
}

/** Never throws. Takes linear time. */
export function openSource(input: Uint8Array | string): LetterSource {
  const repairs: Repair[] = []
  const pasted = typeof input === 'string'
  const bytes = pasted ? Buffer.from(input.toWellFormed(), 'utf8') : input
  const { lines: all, cut } = splitLines(toBytes(bytes, repairs).toString('latin1'))
  let lines = all

  lines = unquote(lines, repairs)
  lines = unindent(lines, repairs)
  lines = closeGaps(lines, repairs)
  lines = dropPreamble(lines, repairs)
  lines = decodeEntities(lines, repairs)
  lines = mendFolding(lines, repairs)
  return { binary: lines.join('\r\n'), repairs, cut, pasted }
}

/** Always CRLF. */
function usualLineEnds(bytes: Buffer): Buffer {
  const usual = Buffer.allocUnsafe(bytes.length * 2)
  let length = 0
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0
    if (byte !== 13 && byte !== 10) usual[length++] = byte
    else {
      usual[length++] = 13
      usual[length++] = 10
      if (byte === 13 && bytes[at + 1] === 13 && bytes[at + 2] === 10) at += 2
      else if (byte === 13 && bytes[at + 1] === 10) at += 1
    }
  }
  return usual.subarray(0, length)
}

function toBytes(bytes: Uint8Array, repairs: Repair[]): Buffer {
  let buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const mark = buffer.length >= 2 ? buffer.readUInt16BE(0) : 0
  if (mark === 0xfffe || mark === 0xfeff) {
    // Windows Notepad saves "Unicode" as UTF-16.
    const decoder = new TextDecoder(mark === 0xfffe ? 'utf-16le' : 'utf-16be')
    buffer = Buffer.from(decoder.decode(buffer), 'utf8')
    repairs.push('utf-16')
  }
  return buffer.subarray(0, 3).equals(byteOrderMark) ? buffer.subarray(3) : buffer
}

// A copy in text mode turns CRLF into CRCRLF, which is one line end too.
function splitLines(text: string): { lines: string[]; cut: boolean } {
  const lines: string[] = []
  let start = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code !== 10 && code !== 13) continue
    if (lines.length === letterLimits.lines) return { lines, cut: true }
    lines.push(text.slice(start, at))
    if (text.startsWith('\r\r\n', at)) at += 2
    else if (text.startsWith('\r\n', at)) at += 1
    start = at + 1
  }
  return { lines: [...lines, text.slice(start)], cut: false }
}

function sample(lines: readonly string[]): string[] {
  const found: string[] = []
  for (const line of lines.slice(0, SEARCHED_LINES)) {
    if (line.trim() !== '') found.push(line)
    if (found.length === SAMPLED_LINES) break
  }
  return found
}

// A quoted letter has marks on nearly every line.
function unquote(lines: string[], repairs: Repair[]): string[] {
  if (isKnown(lines.find((line) => line.trim() !== '') ?? '')) return lines
  let firsts = sample(lines)
  let levels = 0
  for (; levels < 5; levels += 1) {
    const marked = firsts.filter((line) => QUOTED.test(line))
    if (marked.length < 3 || marked.length < firsts.length * 0.8) break
    firsts = firsts.map((line) => line.replace(QUOTED, ''))
  }
  if (levels === 0) return lines
  repairs.push('quote-marks-removed')
  const marks = new RegExp(`^(?:[ \\t]{0,4}[>|] ?){1,${levels}}`)
  const first = lines.findIndex((line) => QUOTED.test(line))
  return lines.slice(first).map((line) => line.replace(marks, ''))
}

function unindent(lines: string[], repairs: Repair[]): string[] {
  const firsts = sample(lines)
  const widths = firsts.map((line) => /^[ \t]*/.exec(line)?.[0].length ?? 0)
  const width = Math.min(...widths)
  if (firsts.length === 0 || width === 0 || !Number.isFinite(width)) return lines
  repairs.push('indentation-removed')
  return lines.map((line) => line.slice(Math.min(width, /^[ \t]*/.exec(line)?.[0].length ?? 0)))
}

// A rich text field can double every line end.
function closeGaps(lines: string[], repairs: Repair[]): string[] {
  const start = lines.findIndex((line) => line.trim() !== '')
  const head = lines.slice(start, start + 24)
  // The other lines may be blank too: the letter has blank lines of its own.
  const doubled = head.length >= 12 && head.every((line, at) => at % 2 === 0 || line.trim() === '')
  if (!doubled || head.filter((line) => isKnown(line)).length < 3) return lines
  repairs.push('blank-lines-removed')
  return lines.slice(start).filter((line, at) => at % 2 === 0 || line.trim() !== '')
}

// A reporter's note or an mbox line may stand above the letter.
function dropPreamble(lines: string[], repairs: Repair[]): string[] {
  const first = lines.findIndex((line) => line.trim() !== '')
  if (first < 0) return lines
  const blocks = headerBlocks(lines)
  // A header at the top wins over any header that the body quotes.
  const own = blocks.find((block) => block.start === first && block.known >= 2)
  const best =
    own ??
    blocks.find((block) => block.transport && block.known >= 3) ??
    blocks.find((block) => block.known >= 2)
  const start = best?.start ?? first
  if (start !== first && !/^From \S+/.test(lines[first] ?? '')) repairs.push('preamble-dropped')
  return start === 0 ? lines : lines.slice(start)
}

interface HeaderBlock {
  start: number
  known: number
  transport: boolean
}

function headerBlocks(lines: readonly string[]): HeaderBlock[] {
  const blocks: HeaderBlock[] = []
  let block: HeaderBlock | null = null
  const end = Math.min(lines.length, SEARCHED_LINES)
  for (let at = 0; at < end; at += 1) {
    const line = lines[at] ?? ''
    const name = fieldName(line)
    if (line.trim() === '') block = null
    else if (name !== null && (block !== null || isKnownName(name))) {
      if (block === null) {
        block = { start: at, known: 0, transport: false }
        blocks.push(block)
      }
      if (isKnownName(name)) block.known += 1
      if (isTransportName(name)) block.transport = true
    }
  }
  return blocks
}

// A letter may come from a page's source: `&lt;id@example.com&gt;`.
function decodeEntities(lines: string[], repairs: Repair[]): string[] {
  const head = sample(lines).join('\n')
  if (!/^(?:message-id|from|return-path)[ \t]*:.*&lt;/im.test(head) || /^[\w-]+:.*</m.test(head))
    return lines
  repairs.push('entities-decoded')
  const plain: Record<string, string> = {
    '&lt;': '<',
    '&gt;': '>',
    '&quot;': '"',
    '&#39;': "'",
    '&amp;': '&',
  }
  return lines.map((line) =>
    line.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => plain[entity] ?? entity),
  )
}

// Folded lines can lose their indentation, or carry it as non-breaking spaces.
function mendFolding(lines: string[], repairs: Repair[]): string[] {
  if (!isKnown(lines[0] ?? '')) return lines
  const end = lines.findIndex((line) => line.trim() === '')
  const headerEnd = end < 0 ? lines.length : end
  if (headerEnd > SEARCHED_LINES * 4) return lines
  // A line of spaces ends the header too, unless more fields follow.
  const closed = end >= 0 && lines[end] !== '' && fieldName(lines[end + 1] ?? '') === null
  let mended = closed
  const head = lines.slice(0, headerEnd).map((line, at) => {
    const spaced = line.replace(/^(?:\u00c2\u00a0)+/, (blanks) => ' '.repeat(blanks.length / 2))
    if (spaced !== line) mended = true
    if (at === 0 || /^[ \t]/.test(spaced) || fieldName(spaced) !== null) return spaced
    mended = true
    return ` ${spaced}`
  })
  if (!mended) return lines
  repairs.push('folding-mended')
  return closed
    ? [...head, '', ...lines.slice(headerEnd + 1)]
    : [...head, ...lines.slice(headerEnd)]
}
