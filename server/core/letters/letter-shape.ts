// Measures a letter in one linear pass, before any parser sees it.
import { decodeWords } from 'postal-mime'
import {
  eachField,
  type HeaderField,
  isContentField,
  isShownField,
  readField,
  startsField,
} from './header-fields.ts'
import { type Cut, type LetterField, letterLimits } from './letter.ts'
import { measureTree, type PartSpan } from './letter-tree.ts'
import { showHidden } from './show-hidden.ts'

export interface ScannedLetter {
  readonly fields: LetterField[]
  /** CRLF line ends, no closing blank line. May be empty. */
  readonly header: string
  /** The fields that say how to read the body, each on one line. */
  readonly content: string
  readonly body: string
  /** Where the parts of `body` are. Empty if a header names two boundaries. */
  readonly spans: readonly PartSpan[]
  readonly cuts: Cut[]
}

export function splitLetter(binary: string): { header: string; body: string } {
  if (!startsField(binary)) return { header: '', body: binary }
  const gap = binary.indexOf('\r\n\r\n')
  if (gap < 0) return { header: binary, body: '' }
  return { header: binary.slice(0, gap), body: binary.slice(gap + 4) }
}

/** @param binary latin1 characters with CRLF line ends, from `openSource` */
export function scanLetter(binary: string): ScannedLetter {
  const { header, body: asItStands } = splitLetter(binary)
  const body = endOnce(asItStands)
  if (header === '') return { fields: [], header, content: '', body, spans: [], cuts: [] }
  const { fields, content, count } = listFields(header)
  const cuts: Cut[] = []
  if (header.length > letterLimits.headerBytes || count > letterLimits.fields) cuts.push('headers')
  const tree = measureTree(content, body)
  if (tree.depth > letterLimits.depth) cuts.push('nesting')
  if (tree.parts > letterLimits.parts) cuts.push('parts')
  const crowded =
    tree.lines > letterLimits.shortLines && body.length / tree.lines < letterLimits.shortLineChars
  if (tree.lines > letterLimits.lines || crowded) cuts.push('body')
  const charset = charsetOf(content)
  return {
    fields: fields.map((field) => toField(field, charset)),
    header,
    content,
    body,
    spans: tree.spans,
    cuts,
  }
}

// Programs add blank lines at the end and drop them, so they are never shown.
function endOnce(body: string): string {
  let end = body.length
  while (body.endsWith('\r\n', end)) end -= 2
  if (end > 0 && end === body.length - 2) return body
  return end <= 0 ? '' : `${body.slice(0, end)}\r\n`
}

export function charsetOf(content: string): string | null {
  return (
    /^content-type:.{0,500}?\bcharset[ \t]*=[ \t]*"?([\w.:-]{1,40})/im
      .exec(content)?.[1]
      ?.toLowerCase() ?? null
  )
}

// Security: What a letter shows hangs on no field that its trace leaves open.
function listFields(header: string) {
  const fields: HeaderField[] = []
  const seen = new Map<string, number>()
  let content = ''
  let count = 0
  eachField(header, (name, whole) => {
    count += 1
    const isShown = isShownField(name)
    const isContent = isContentField(name)
    const group = isContent ? 'content' : name
    const nth = (seen.get(group) ?? 0) + 1
    if (isShown) seen.set(group, nth)
    // However many others stand above them, the first ten of each are kept.
    const isKept = count <= letterLimits.fields || (isShown && nth <= 10)
    const isRead = isContent && content.length < letterLimits.headerBytes
    if (!isKept && !isRead) return
    const field = readField(whole())
    if (isKept) fields.push({ ...field, value: field.value.slice(0, letterLimits.fieldBytes) })
    if (isRead) content += `${field.name}: ${field.value}\r\n`
  })
  return { fields, content, count }
}

function toField({ name, value: raw }: HeaderField, charset: string | null): LetterField {
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
