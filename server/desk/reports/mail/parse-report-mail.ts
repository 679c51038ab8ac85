// Reads a mail to the abuse address: which letters it reports, who reports them, whether to answer.
import {
  fieldsNamed,
  type Letter,
  type LetterField,
  type Mailbox,
} from '#server/core/letters/letter.ts'
import { scanLetter } from '#server/core/letters/letter-shape.ts'
import { openSource } from '#server/core/letters/letter-source.ts'
import { type FeedbackReport, readFeedbackReport } from '#server/desk/letters/feedback-report.ts'
import { findLetterInText } from '#server/desk/letters/forwarded-letter.ts'
import { bodyKeyOf, rawOf, sha256 } from '#server/desk/letters/letter-key.ts'
import { type LetterPart, readLetter } from '#server/desk/letters/parse-letter.ts'
import type { ReportKind } from '../report-kind.ts'
import { reporterKey } from '../reporter-key.ts'
import { type Ignored, isAutomatic, isBounce, isLoop } from './mail-guards.ts'

export interface ReportedSource {
  readonly how: 'attached' | 'feedback-loop' | 'pasted' | 'retold'
  readonly source: Buffer
  /** Hex SHA-256, equal if the same person reports the same letter again. */
  readonly duplicateKey: string
}

export type ReportMail =
  | {
      readonly kind: 'report'
      readonly letters: readonly ReportedSource[]
      readonly reportKind: ReportKind | null
      readonly feedback: FeedbackReport | null
      readonly reporter: Mailbox
      /** The reporter's own words, at most 5,000 characters. */
      readonly note: string
      readonly subject: string
      /** False for mail that a machine sent. */
      readonly acknowledge: boolean
      readonly mailKey: string
    }
  /** A feedback report of a type that is no complaint, such as `not-spam`, or is unknown. */
  | { readonly kind: 'no-complaint'; readonly feedback: FeedbackReport; readonly mailKey: string }
  /** A person wrote without a letter and must be asked for the source. */
  | {
      readonly kind: 'no-letter'
      readonly reporter: Mailbox
      readonly note: string
      readonly subject: string
      readonly mailKey: string
    }
  | { readonly kind: 'ignored'; readonly reason: Ignored; readonly mailKey: string }
  | { readonly kind: 'refused'; readonly reason: 'empty' | 'too-large' | 'unreadable' }

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

/** No mail makes it throw. @param ownAddresses lower case: mail from them is our own */
export async function parseReportMail(
  mail: Uint8Array,
  ownAddresses: readonly string[],
): Promise<ReportMail> {
  const outcome = await readLetter(mail)
  if (outcome.kind === 'refused') {
    const known = outcome.reason === 'empty' || outcome.reason === 'too-large'
    return { kind: 'refused', reason: known ? outcome.reason : 'unreadable' }
  }
  const { letter, parts } = outcome
  const from = letter.from.map(({ address }) => address)
  const mailKey = sha256(letter.messageId ?? letter.sha256)
  if (isLoop(letter.fields, from, ownAddresses)) return { kind: 'ignored', reason: 'loop', mailKey }

  const feedback = readFeedback(parts.attachments)
  const attached = parts.attachments
    .filter((part) => isLetter(part, feedback !== null))
    .slice(0, MAX_LETTERS)
  if (feedback && feedback.kind === null) return { kind: 'no-complaint', feedback, mailKey }
  if (feedback) return reportOf(letter, feedback, attached, false, mailKey)

  const contentType = fieldsNamed(letter.fields, 'content-type')[0]?.value ?? ''
  const bounced = isBounce(letter.fields, contentType)
  // A bounce of our own answer carries our letter, which must not become a reported one.
  if (bounced && (attached.length === 0 || /report-type/i.test(contentType)))
    return { kind: 'ignored', reason: 'bounce', mailKey }
  const automatic = bounced || isAutomatic(letter.fields)
  if (automatic && attached.length === 0) return { kind: 'ignored', reason: 'auto-reply', mailKey }
  return reportOf(letter, null, attached, !automatic, mailKey)
}

function reportOf(
  letter: Letter,
  feedback: FeedbackReport | null,
  attached: readonly LetterPart[],
  acknowledge: boolean,
  mailKey: string,
): ReportMail {
  const { subject } = letter
  const reporter = {
    name: letter.from[0]?.name ?? '',
    address: feedback?.complainant ?? letter.from[0]?.address ?? '',
  }
  const found = attached.length === 0 ? findLetterInText(letter.text) : null
  const note = (found?.note ?? letter.text).trim().slice(0, NOTE_CHARS).toWellFormed()
  const asReported = (how: ReportedSource['how'], source: Buffer): ReportedSource => ({
    how,
    source,
    duplicateKey: duplicateKeyOf(reporter.address, source),
  })
  const letters = found
    ? [asReported(found.kind === 'source' ? 'pasted' : 'retold', Buffer.from(found.text))]
    : attached.map(({ content }) => asReported(feedback ? 'feedback-loop' : 'attached', content))
  if (letters.length === 0) return { kind: 'no-letter', reporter, note, subject, mailKey }
  return {
    kind: 'report',
    letters,
    reportKind: feedback?.kind ?? null,
    feedback,
    reporter,
    note,
    subject,
    acknowledge,
    mailKey,
  }
}

/** @param reporter their mail address, or what stands for it */
export const duplicateKeyOf = (reporter: string, source: Uint8Array | string): string =>
  duplicateKeyOfScanned(reporter, scanLetter(openSource(source).binary))

/** Letters without a Message-ID are told apart by their body. */
export function duplicateKeyOfScanned(
  reporter: string,
  scanned: { readonly fields: readonly LetterField[]; readonly body: string },
): string {
  const ids = rawOf(scanned.fields, 'message-id')
  const own = ids.length === 0 ? [bodyKeyOf(scanned)] : ids
  const letter = [...own, ...rawOf(scanned.fields, 'from')].join('\n')
  return sha256(`${reporterKey(reporter)}\n${letter}`)
}

function readFeedback(attachments: readonly LetterPart[]): FeedbackReport | null {
  const part = attachments.find(({ type }) => type === 'message/feedback-report')
  return part === undefined ? null : readFeedbackReport(part.content.toString('utf8'))
}

// Outlook and web mailers attach a saved letter as plain octets or text.
function isLetter({ type, name, content }: LetterPart, inReport: boolean): boolean {
  if (type === 'message/rfc822' || type === 'message/global') return true
  if (HEADERS_ONLY.includes(type)) return true
  if (!ENVELOPE_TYPES.includes(type)) return false
  const start = content.subarray(0, 2000).toString('latin1')
  if (!HEADER_LINE.test(start)) return false
  if (inReport || /^received[ \t]*:/im.test(start)) return true
  return /\.(?:eml|txt|msg)$/i.test(name ?? '')
}
