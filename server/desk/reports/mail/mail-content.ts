// Reads what a mail to the abuse address brings: letters in any wrapping, or words alone.
import { fieldsNamed, type Letter, type Mailbox } from '#server/core/letters/letter.ts'
import {
  type FeedbackReport,
  looksLikeFeedback,
  readFeedbackReport,
} from '#server/desk/letters/feedback-report.ts'
import { findLetterInText } from '#server/desk/letters/forwarded-letter.ts'
import type { LetterPart } from '#server/desk/letters/parse-letter.ts'
import { readXarfReport, type XarfReport } from '#server/desk/letters/xarf-report.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import type { ReportKind } from '../report-kind.ts'
import { languageOf, textLocales } from './mail-language.ts'

type Parts = readonly LetterPart[]

const MAX_LETTERS = 20
const NOTE_CHARS = 5_000
const HEADERS_ONLY = ['text/rfc822-headers', 'message/rfc822-headers', 'text/rfc822']
const HEADER_LINE =
  /^(?:received|return-path|delivered-to|from|x-[\w-]+|date|message-id|dkim-signature)[ \t]*:/im
const ENVELOPE_TYPES = [
  'application/octet-stream',
  'text/plain',
  'application/x-eml',
  'application/eml',
]

export interface FoundLetter {
  /** `redirected`: the mail itself is the letter. */
  readonly how: 'attached' | 'feedback-loop' | 'pasted' | 'redirected' | 'retold'
  readonly source: Buffer
  /** The mail was too large to be read to the end of its last letter. */
  readonly isBeginning?: boolean
}

export interface MailContent {
  /** Empty if somebody, or a machine, wrote without a letter. */
  readonly letters: readonly FoundLetter[]
  /** How many more letters were attached than are taken. */
  readonly lettersLeft: number
  /** What is kept of a mail without a letter, if not the mail as it came. */
  readonly instead: Buffer | null
  readonly reportKind: ReportKind | null
  readonly reporter: Mailbox
  /** An address that the mail says it is about. */
  readonly sender: string | null
  /** The reporter's own words, at most 5,000 characters. */
  readonly note: string
  /** Undefined if the mail says too little. */
  readonly language: Locale | undefined
  /** Whether it is a report in a format for machines. */
  readonly isForMachines: boolean
}

interface Formats {
  readonly feedback: FeedbackReport | null
  readonly xarf: XarfReport | undefined
  /** Takes a complaint back, or never was one. */
  readonly isRetraction: boolean
}

interface Sources {
  readonly sources: readonly FoundLetter[]
  readonly text: string
  /** What a mail program wrote around the letter. */
  readonly words: string
}

/** @param raw the mail as it came, which may be the letter itself */
export function readContent(letter: Letter, attachments: Parts, raw: Uint8Array): MailContent {
  const feedback = readFeedback(letter, attachments)
  const xarf = feedback ? undefined : readXarf(letter, attachments)
  const isRetraction = feedback !== null && !feedback.isComplaint
  const { sources, text, words } = findSources(letter, attachments, raw, {
    feedback,
    xarf,
    isRetraction,
  })
  const isCut = letter.cuts.includes('beginning')
  const letters = sources
    .slice(0, MAX_LETTERS)
    .map((each, at) => ({ ...each, isBeginning: isCut && at === sources.length - 1 }))
  const type = isRetraction ? feedback.type : undefined
  const said = type ? `Feedback-Type: ${type}\n\n${text}` : text
  const note = xarf?.note ?? said
  return {
    letters,
    lettersLeft: sources.length - letters.length,
    instead: xarf ? Buffer.from(`${headOf(letter)}\r\n\r\n${xarf.clean}\r\n`) : null,
    reportKind: feedback?.kind ?? xarf?.kind ?? null,
    reporter: {
      name: letter.from[0]?.name ?? '',
      address: feedback?.complainant ?? resentFrom(letter) ?? letter.from[0]?.address ?? '',
    },
    sender: xarf?.sender ?? feedback?.mailFrom ?? null,
    note: note.slice(0, NOTE_CHARS).toWellFormed(),
    language: languageIn(letter, text, words),
    isForMachines: feedback !== null || xarf !== undefined,
  }
}

function findSources(
  letter: Letter,
  attachments: Parts,
  raw: Uint8Array,
  { feedback, xarf, isRetraction }: Formats,
): Sources {
  const none = { text: letter.text.trim(), words: '' }
  if (isRetraction) return { ...none, sources: [] }
  const attached = lettersIn(attachments, feedback !== null, xarf)
  const how = feedback || xarf ? 'feedback-loop' : 'attached'
  if (attached.length > 0) {
    return { ...none, sources: attached.map((source) => ({ how, source })) }
  }
  if (xarf) return { ...none, sources: [] }
  if (!feedback && resentFrom(letter) !== undefined)
    return { text: '', words: '', sources: [{ how: 'redirected', source: Buffer.from(raw) }] }
  const found = findLetterInText(letter.text, letter.subject)
  if (!found) return { ...none, sources: [] }
  const { kind, text, note, words } = found
  const source = Buffer.from(text)
  return {
    text: note,
    words,
    sources: [{ how: kind === 'source' ? 'pasted' : 'retold', source }],
  }
}

/** The redirecting mailbox, if there is one: From is then the sender of the letter. */
function resentFrom({ fields }: Letter): string | undefined {
  const resent = fieldsNamed(fields, 'resent-from')[0]?.value ?? ''
  return /[^\s<>]{1,64}@[^\s<>]{1,255}/.exec(resent)?.[0].toLowerCase()
}

/** A short header for what is kept in place of a mail. */
const headOf = ({ fields }: Letter): string =>
  [
    ...['from', 'date', 'subject', 'message-id'].flatMap((name) =>
      fieldsNamed(fields, name)
        .slice(0, 1)
        .map((field) => `${field.name}: ${field.value.replace(/[\r\n]+/g, ' ')}`),
    ),
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ].join('\r\n')

function lettersIn(attachments: Parts, inReport: boolean, xarf: XarfReport | undefined): Buffer[] {
  if (xarf && xarf.letters.length > 0) {
    return [...xarf.letters]
  }
  return attachments.filter((part) => isLetter(part, inReport)).map(({ content }) => content)
}

/** The reporter's words tell more than their program's, and both more than a header. */
function languageIn(letter: Letter, text: string, words: string): Locale | undefined {
  const [field] = fieldsNamed(letter.fields, 'content-language')
  const tag = field?.value.slice(0, 2).toLowerCase()
  const read = languageOf(text) ?? languageOf(words)
  if (read) return read
  const ofHeader = textLocales.find((each) => each === tag)
  return ofHeader ?? languageOf(letter.subject)
}

const FEEDBACK_LINE = /^(?:feedback-type|user-agent|version)[ \t]*:/im

function headOfPart({ content }: LetterPart): string {
  return content.subarray(0, 2000).toString('latin1')
}

/** Some loops name the type of the part wrongly, or not at all. */
function readFeedback(letter: Letter, attachments: Parts): FeedbackReport | null {
  const type = fieldsNamed(letter.fields, 'content-type')[0]?.value ?? ''
  const saysSo = /report-type\s*=\s*"?feedback-report/i.test(type)
  const part =
    attachments.find((each) => each.type === 'message/feedback-report') ??
    (/^multipart\/report\b/i.test(type)
      ? attachments.find(
          (each) => ENVELOPE_TYPES.includes(each.type) && looksLikeFeedback(headOfPart(each)),
        )
      : undefined)
  if (part) {
    return readFeedbackReport(part.content.toString('utf8'))
  }
  if (!saysSo) return null
  const at = letter.text.search(FEEDBACK_LINE)
  return readFeedbackReport(letter.text.slice(Math.max(0, at)))
}

const JSON_TYPES = ['application/json', 'text/json', 'application/xarf+json', 'text/plain']

function readXarf({ text }: Letter, attachments: Parts): XarfReport | undefined {
  const parts = attachments
    .filter(({ type, name }) => JSON_TYPES.includes(type) || /\.json$/i.test(name ?? ''))
    .slice(0, 5)
  for (const { content } of parts) {
    const found = readXarfReport(content.toString('utf8'))
    if (found) return found
  }
  return text.trimStart().startsWith('{') ? readXarfReport(text) : undefined
}

// Outlook and web mailers attach a saved letter as plain octets or text.
function isLetter(part: LetterPart, inReport: boolean): boolean {
  const { type, name } = part
  if (type === 'message/rfc822' || type === 'message/global') {
    return true
  }
  if (HEADERS_ONLY.includes(type)) return true
  if (!ENVELOPE_TYPES.includes(type)) return false
  const start = headOfPart(part)
  if (!HEADER_LINE.test(start)) return false
  if ((inReport && !looksLikeFeedback(start)) || /^received[ \t]*:/im.test(start)) {
    return true
  }
  return /\.(?:eml|txt|msg)$/i.test(name ?? '')
}
