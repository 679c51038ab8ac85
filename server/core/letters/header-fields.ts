// Reads the fields of a header as they stand: without limits, and without repair.

export interface HeaderField {
  readonly name: string
  readonly value: string
}

/** RFC 5322, 2.1.1. Postfix breaks longer lines with a line end and a blank. */
export const lineMax = 998

// They decide what a letter shows, and to whom it speaks. Postfix itself drops Content-Length.
const shown = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'mime-version',
])

export const isContentField = (name: string): boolean =>
  name.startsWith('content-') && name !== 'content-length'

export const isShownField = (name: string): boolean => shown.has(name) || isContentField(name)

function breakLongLines(text: string): string {
  const pieces: string[] = []
  let done = 0
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf('\n', at)
    const end = found < 0 ? text.length : found
    if (end - at > lineMax) {
      pieces.push(text.slice(done, at + lineMax))
      for (done = at + lineMax; end - done >= lineMax; done += lineMax - 1)
        pieces.push('\n ', text.slice(done, done + lineMax - 1))
      pieces.push(end > done ? '\n ' : '')
    }
    at = end + 1
  }
  return done === 0 ? text : pieces.join('') + text.slice(done)
}

/** @param field with its name; lines end with `\n` or `\r\n` */
export function readField(field: string): HeaderField {
  const colon = field.indexOf(':')
  const name = trimBlanks(field.slice(0, colon))
  const isOneLine = field.length <= lineMax && !field.includes('\n')
  if (isOneLine) return { name, value: trimBlanks(field.slice(colon + 1)) }
  const lines = breakLongLines(field.replaceAll('\r\n', '\n')).split('\n')
  lines[0] = lines[0]?.slice(colon + 1) ?? ''
  const pieces = lines.map(trimBlanks).filter((piece) => piece !== '')
  return { name, value: pieces.join(' ') }
}

const isBlank = (char: string | undefined) => char === ' ' || char === '\t'

// `trim` would take the second byte of an `à` as well.
function trimBlanks(line: string): string {
  let start = 0
  let end = line.length
  while (isBlank(line[start])) start += 1
  while (end > start && isBlank(line[end - 1])) end -= 1
  return line.slice(start, end)
}

function endOfName(text: string, at: number): number {
  let end = at
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end)
    if (code < 33 || code > 126 || code === 58) break
  }
  let colon = end
  while (isBlank(text[colon])) colon += 1
  return text[colon] === ':' ? end : at
}

export const startsField = (text: string, at = 0): boolean => endOfName(text, at) > at

/** Returns false if a line is neither a field nor folded: it then belongs to the one above. */
export function eachField(
  header: string,
  visit: (name: string, whole: () => string) => void,
): boolean {
  let isClean = true
  let start = 0
  for (let at = 0; at < header.length; ) {
    const found = header.indexOf('\r\n', at)
    const end = found < 0 ? header.length : found
    const next = end + 2
    const isLast = next >= header.length
    if (isLast || startsField(header, next)) {
      const from = start
      visit(header.slice(from, endOfName(header, from)).toLowerCase(), () =>
        header.slice(from, end),
      )
      start = next
    } else if (!isBlank(header[next])) isClean = false
    at = next
  }
  return isClean
}
