// Turns the bytes of a reported letter into values, within fixed limits. Runs and fetches nothing.
import { createHash } from 'node:crypto'
import PostalMime, { addressParser, type Email } from 'postal-mime'
import {
  type Cut,
  fieldsNamed,
  type Letter,
  type LetterField,
  type LetterShape,
  letterLimits,
  type Mailbox,
  readLetterDate,
} from '#server/core/letters/letter.ts'
import {
  charsetOf,
  decodeBytes,
  type ScannedLetter,
  scanLetter,
} from '#server/core/letters/letter-shape.ts'
import { openSource } from '#server/core/letters/letter-source.ts'
import { showHidden, showHiddenLine } from '#server/core/letters/show-hidden.ts'
import { listLinks, urlsIn } from './defang.ts'
import { safeLetterHtml, textOfSafeHtml } from './letter-html.ts'
import { packLargeParts } from './pack-parts.ts'
import { utf8ForPasted } from './pasted-charset.ts'
import { decodeUtf7 } from './utf7.ts'

export type LetterOutcome =
  | { readonly kind: 'letter'; readonly letter: Letter; readonly scanned: ScannedLetter }
  /** `outlook-msg` is Outlook's own container, which proves nothing. */
  | {
      readonly kind: 'refused'
      readonly reason: 'empty' | 'too-large' | 'outlook-msg' | 'too-slow'
    }

type ReadOutcome =
  | Exclude<LetterOutcome, { kind: 'letter' }>
  | (Extract<LetterOutcome, { kind: 'letter' }> & { readonly parts: LetterParts })

const OLE_MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex')

/** @param input a file's bytes, or pasted text. No input makes it throw. */
export async function parseLetter(input: Uint8Array | string): Promise<LetterOutcome> {
  const outcome = await readLetter(input)
  if (outcome.kind === 'refused') return outcome
  return { kind: 'letter', letter: outcome.letter, scanned: outcome.scanned }
}

/** As `parseLetter`, with the decoded parts: they may hold letters that this one reports. */
export async function readLetter(input: Uint8Array | string): Promise<ReadOutcome> {
  const bytes =
    typeof input === 'string'
      ? Buffer.from(input.slice(0, letterLimits.bytes + 1))
      : Buffer.from(input)
  if (bytes.length > letterLimits.bytes) return { kind: 'refused', reason: 'too-large' }
  if (bytes.subarray(0, 8).equals(OLE_MAGIC)) return { kind: 'refused', reason: 'outlook-msg' }
  const source = openSource(input)
  if (source.binary.trim() === '') return { kind: 'refused', reason: 'empty' }

  const scanned = scanLetter(source.binary)
  const cuts = new Set<Cut>(source.cut ? [...scanned.cuts, 'body'] : scanned.cuts)
  const readable = source.pasted ? utf8ForPasted(scanned) : scanned
  const parts = cuts.size === 0 ? await readParts(readable, cuts) : readFlat(readable)
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
    ...readFields(scanned.fields),
    text,
    safeHtml: html?.html ?? null,
    attachments: parts.attachments.map(({ name, type, content }) => ({
      name: showHiddenLine(name ?? '', 200),
      type: showHiddenLine(type, 100),
      sizeBytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })),
    links,
  }
  return { kind: 'letter', letter, scanned, parts }
}

function shapeOf({ fields, body }: ScannedLetter): LetterShape {
  if (fields.length === 0) return 'text-only'
  return body.trim() === '' ? 'headers-only' : 'whole'
}

export async function readAttachment(
  input: Uint8Array | string,
  sha256: string,
): Promise<Buffer | null> {
  const scanned = scanLetter(openSource(input).binary)
  if (scanned.cuts.length > 0) return null
  const { attachments } = await readParts(scanned, new Set())
  return (
    attachments.find(({ content }) => createHash('sha256').update(content).digest('hex') === sha256)
      ?.content ?? null
  )
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
  const { header, body } = packLargeParts(scanned)
  try {
    email = await PostalMime.parse(Buffer.from(`${header}\r\n\r\n${body}`, 'latin1'), {
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
    text: charsetOf(scanned.header) === 'utf-7' ? decodeUtf7(text) : text,
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
  return { text: decodeBytes(start, charsetOf(scanned.header)), html: null, attachments: [] }
}

function readFields(fields: readonly LetterField[]) {
  const first = (name: string) => fieldsNamed(fields, name)[0]
  const inBrackets = (text: string | undefined) =>
    showHiddenLine(text?.replace(/^[^<]*<([^>]*)>.*$/s, '$1') ?? '', 998)
  return {
    fields,
    from: mailboxes(fieldsNamed(fields, 'from')),
    to: mailboxes([...fieldsNamed(fields, 'to'), ...fieldsNamed(fields, 'cc')]),
    replyTo: mailboxes(fieldsNamed(fields, 'reply-to')),
    returnPath: inBrackets(first('return-path')?.value) || null,
    subject: showHiddenLine(first('subject')?.value ?? '', 998),
    messageId: inBrackets(first('message-id')?.value) || null,
    date: readLetterDate(first('date')?.value),
  }
}

function mailboxes(fields: readonly LetterField[]): Mailbox[] {
  return fields
    .slice(0, 10)
    .flatMap((field) =>
      addressParser(field.raw === field.value ? field.value : encodedFirst(field), {
        flatten: true,
      }),
    )
    .slice(0, 100)
    .map(({ name, address }) => ({
      name: showHiddenLine(name ?? '', 200),
      address: showHiddenLine(address ?? '', 320).toLowerCase(),
    }))
}

// Addresses are split before encoded words are decoded: a decoded comma belongs to a name.
function encodedFirst(field: LetterField): string {
  return /[\u0080-\u00ff]/.test(field.raw) ? field.value : field.raw
}
