// Measures a letter in one linear pass, before any parser sees it.
import { decodeWords } from 'postal-mime'
import { fieldName } from './field-name.ts'
import { type Cut, type LetterField, letterLimits } from './letter.ts'
import { measureTree, type PartSpan } from './letter-tree.ts'
import { showHidden } from './show-hidden.ts'

export interface ScannedLetter {
  readonly fields: LetterField[]
  /** CRLF line ends, no closing blank line. May be empty or cut. */
  readonly header: string
  readonly body: string
  /** Where the parts of `body` are. Empty if a header names two boundaries. */
  readonly spans: readonly PartSpan[]
  readonly cuts: Cut[]
}

/** @param binary latin1 characters with CRLF line ends, from `openSource` */
export function scanLetter(binary: string): ScannedLetter {
  const cuts: Cut[] = []
  if (fieldName(binary.slice(0, 200).split('\r\n', 1)[0] ?? '') === null) {
    return { fields: [], header: '', body: binary, spans: [], cuts }
  }
  const gap = findGap(binary)
  const whole = binary.slice(0, gap)
  const lines = whole.slice(0, letterLimits.headerBytes).split('\r\n', letterLimits.headerLines)
  const fields = unfold(lines)
  if (whole.length > letterLimits.headerBytes || lines.length >= letterLimits.headerLines)
    cuts.push('headers')
  else if (fields.length > letterLimits.fields) cuts.push('headers')

  const body = binary.slice(gap).replace(/^(?:\r\n){1,2}/, '')
  const tree = measureTree(whole.slice(0, letterLimits.headerBytes), body)
  if (tree.depth > letterLimits.depth) cuts.push('nesting')
  if (tree.parts > letterLimits.parts) cuts.push('parts')
  const crowded =
    tree.lines > letterLimits.shortLines && body.length / tree.lines < letterLimits.shortLineChars
  if (tree.lines > letterLimits.lines || crowded) cuts.push('body')
  const header = cuts.includes('headers') ? lines.slice(0, letterLimits.fields).join('\r\n') : whole
  const charset = charsetOf(header)
  return {
    fields: fields.slice(0, letterLimits.fields).map((field) => toField(field, charset)),
    header,
    body,
    spans: tree.spans,
    cuts,
  }
}

export function charsetOf(header: string): string | null {
  return (
    /^content-type[ \t]*:.{0,500}?\bcharset[ \t]*=[ \t]*"?([\w.:-]{1,40})/ims
      .exec(header)?.[1]
      ?.toLowerCase() ?? null
  )
}

function findGap(binary: string): number {
  if (binary.startsWith('\r\n')) return 0
  const gap = binary.indexOf('\r\n\r\n')
  return gap < 0 ? binary.length : gap
}

function unfold(lines: readonly string[]): { name: string; raw: string }[] {
  const fields: { name: string; parts: string[]; size: number }[] = []
  for (const line of lines) {
    const name = /^[ \t]/.test(line) ? null : fieldName(line)
    const last = fields.at(-1)
    if (name !== null)
      fields.push({ name, parts: [line.slice(line.indexOf(':') + 1)], size: line.length })
    else if (last && last.size < letterLimits.fieldBytes) {
      last.parts.push(line)
      last.size += line.length
    }
    if (fields.length > letterLimits.fields) break
  }
  return fields.map(({ name, parts }) => ({
    name,
    raw: parts.join('').slice(0, letterLimits.fieldBytes).trim(),
  }))
}

function toField(
  { name, raw }: { name: string; raw: string },
  charset: string | null,
): LetterField {
  const text = /[\u0080-\u00ff]/.test(raw) ? decodeBytes(raw, charset) : raw
  return { name, raw, value: showHidden(decodeWords(text).replace(/[\t\r\n]+/g, ' ')) }
}

/** Tries UTF-8, the letter's charset, then windows-1252, which has every byte. */
export function decodeBytes(binary: string, charset: string | null): string {
  const bytes = Buffer.from(binary, 'latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    try {
      return new TextDecoder(charset ?? 'windows-1252').decode(bytes)
    } catch {
      return new TextDecoder('windows-1252').decode(bytes)
    }
  }
}
