// Turns the bytes of a reported letter into values, within fixed limits. Runs and fetches nothing.
import { createHash } from 'node:crypto'
import PostalMime, { type Email } from 'postal-mime'
import {
  type Cut,
  type Letter,
  type LetterShape,
  letterLimits,
} from '#server/core/letters/letter.ts'
import {
  charsetOf,
  decodeBytes,
  type ScannedLetter,
  scanLetter,
  splitLetter,
} from '#server/core/letters/letter-shape.ts'
import { showHidden, showHiddenLine } from '#server/core/letters/show-hidden.ts'
import { bindLetter, type TraceBinding } from '#server/mail/letter-trace/trace-binding.ts'
import { listLinks, urlsIn } from './defang.ts'
import { safeLetterHtml, textOfSafeHtml } from './letter-html.ts'
import { readNames } from './letter-names.ts'
import { openLetter } from './open-letter.ts'
import { packLargeParts } from './pack-parts.ts'
import { utf8ForPasted } from './pasted-charset.ts'
import { decodeUtf7 } from './utf7.ts'

export type LetterOutcome =
  | {
      readonly kind: 'letter'
      readonly letter: Letter
      readonly scanned: ScannedLetter
      /** Of the letter as it is shown: the two never differ in how they were read. */
      readonly binding: TraceBinding
    }
  /** `outlook-msg` is Outlook's own container, which proves nothing. */
  | {
      readonly kind: 'refused'
      readonly reason: 'empty' | 'too-large' | 'outlook-msg' | 'too-slow'
    }

type ReadOutcome =
  | Exclude<LetterOutcome, { kind: 'letter' }>
  | (Extract<LetterOutcome, { kind: 'letter' }> & { readonly parts: LetterParts })

const OLE_MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex')

export interface Reading {
  readonly isBeginning?: boolean
  /** A mail to the desk may carry several letters, so it is read to its end. */
  readonly whole?: boolean
}

/** @param input a file's bytes, or pasted text. No input makes it throw. */
export async function parseLetter(
  input: Uint8Array | string,
  reading: Reading = {},
): Promise<LetterOutcome> {
  const outcome = await readLetter(input, reading)
  if (outcome.kind === 'refused') return outcome
  const { letter, scanned, binding } = outcome
  return { kind: 'letter', letter, scanned, binding }
}

/** As `parseLetter`, with the decoded parts: they may hold letters that this one reports. */
export async function readLetter(
  input: Uint8Array | string,
  { isBeginning = false, whole = false }: Reading = {},
): Promise<ReadOutcome> {
  const bytes =
    typeof input === 'string'
      ? Buffer.from(input.slice(0, letterLimits.takenBytes + 1))
      : Buffer.from(input.buffer, input.byteOffset, input.byteLength)
  if (bytes.length > letterLimits.takenBytes) return { kind: 'refused', reason: 'too-large' }
  if (bytes.subarray(0, 8).equals(OLE_MAGIC)) return { kind: 'refused', reason: 'outlook-msg' }
  const source = openLetter(input)
  if (source.binary.trim() === '') return { kind: 'refused', reason: 'empty' }

  const { header, body } = splitLetter(source.binary)
  const binding = bindLetter(header, body)
  const isLarge = isBeginning || bytes.length > letterLimits.bytes
  const all = isLarge ? undefined : scanLetter(source.binary)
  const isCrowded = whole && (source.cut || all?.cuts.includes('body'))
  const scanned = !all || isCrowded ? scanLetter(beginningOf(header, body, whole)) : all
  const isCut = scanned !== all
  const cuts = new Set<Cut>(scanned.cuts)
  if (source.cut && !isCut) cuts.add('body')
  const readable = source.pasted ? utf8ForPasted(scanned) : scanned
  const parts = isReadable(cuts) ? await readParts(readable, cuts) : readFlat(readable)
  if (isCut) cuts.add('beginning')
  const html = parts.html === null ? null : safeLetterHtml(parts.html)
  if (html?.cut) cuts.add('html')
  const plain = parts.text.trim() === '' && html ? textOfSafeHtml(html.html) : parts.text
  if (plain.length > letterLimits.textChars) cuts.add('body')
  const text = showHidden(plain.slice(0, letterLimits.textChars))
  const { links, cut } = listLinks([...(html?.urls ?? []), ...urlsIn(text)], letterLimits.links)
  if (cut) cuts.add('links')

  const letter: Letter = {
    shape: shapeOf(scanned),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: bytes.length,
    repairs: source.repairs,
    cuts: [...cuts],
    ...readNames(scanned.fields),
    text,
    safeHtml: html?.html ?? null,
    // The last one may be cut off, and its digest would be of a file that nobody sent.
    attachments: (isCut ? [] : parts.attachments).map(({ name, type, content }) => ({
      name: showHiddenLine(name ?? '', 200),
      type: showHiddenLine(type, 100),
      sizeBytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
    links,
  }
  return { kind: 'letter', letter, scanned, binding, parts }
}

function beginningOf(header: string, body: string, whole: boolean): string {
  if (!whole) return `${header}\r\n\r\n${body.slice(0, letterLimits.beginningBytes)}`
  let end = 0
  for (let lines = 0; lines < letterLimits.beginningLines && end < body.length; lines += 1) {
    const next = body.indexOf('\r\n', end)
    end = next < 0 ? body.length : next + 2
  }
  return `${header}\r\n\r\n${body.slice(0, Math.min(end, letterLimits.bytes))}`
}

// How many fields stand above the letter does not change how its body is read.
const isReadable = (cuts: ReadonlySet<Cut>) => [...cuts].every((cut) => cut === 'headers')

function shapeOf({ fields, body }: ScannedLetter): LetterShape {
  if (fields.length === 0) return 'text-only'
  return body.trim() === '' ? 'headers-only' : 'whole'
}

export async function readAttachment(
  input: Uint8Array | string,
  sha256: string,
): Promise<Buffer | null> {
  const scanned = scanLetter(openLetter(input).binary)
  if (!isReadable(new Set(scanned.cuts))) return null
  const { attachments } = await readParts(scanned, new Set())
  const digestOf = (content: Buffer) => createHash('sha256').update(content).digest('hex')
  return attachments.find(({ content }) => digestOf(content) === sha256)?.content ?? null
}

export interface LetterPart {
  readonly name: string | null
  readonly type: string
  readonly content: Buffer
}

export interface LetterParts {
  readonly text: string
  readonly html: string | null
  readonly attachments: readonly LetterPart[]
}

/** Reads the parts of the letter only. A letter inside it stays an attachment. */
export async function readParts(scanned: ScannedLetter, cuts: Set<Cut>): Promise<LetterParts> {
  let email: Email
  const { content, body } = packLargeParts(scanned)
  try {
    email = await PostalMime.parse(Buffer.from(`${content}\r\n${body}`, 'latin1'), {
      forceRfc822Attachments: true,
      maxNestingDepth: letterLimits.depth,
      maxHeadersSize: letterLimits.headerBytes * 2,
    })
  } catch {
    // The parser has limits of its own, and throws beyond them. The letter is then shown undecoded.
    cuts.add('broken')
    return readFlat(scanned)
  }
  const text = (email.text ?? '').slice(0, letterLimits.textChars + 1).replaceAll('\r\n', '\n')
  return {
    text: charsetOf(scanned.content) === 'utf-7' ? decodeUtf7(text) : text,
    html: email.html ?? null,
    attachments: email.attachments.map(({ filename, mimeType, content }) => ({
      name: filename,
      type: mimeType,
      content:
        typeof content === 'string' ? Buffer.from(content) : Buffer.from(content as ArrayBuffer),
    })),
  }
}

function readFlat(scanned: ScannedLetter): LetterParts {
  const start = scanned.body.slice(0, letterLimits.textChars).replaceAll('\r\n', '\n')
  return { text: decodeBytes(start, charsetOf(scanned.content)), html: null, attachments: [] }
}
