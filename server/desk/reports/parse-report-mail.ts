/** Reads a mail that arrived at the abuse address: which letters it reports, for whom, and whether to answer. */
import { createHash } from 'node:crypto'
import { type FeedbackReport, readFeedbackReport } from '../letters/feedback-report.ts'
import { findLetterInText } from '../letters/forwarded-letter.ts'
import { fieldsNamed, type LetterField, type Mailbox } from '#server/core/letters/letter.ts'
import { scanLetter } from '#server/core/letters/letter-shape.ts'
import { openSource } from '#server/core/letters/letter-source.ts'
import { type Ignored, isAutomatic, isBounce, isLoop } from './mail-guards.ts'
import { type LetterPart, readLetter } from '../letters/parse-letter.ts'
import type { ReportKind } from './report-kind.ts'
import { reporterKey } from './reporter-key.ts'

export interface ReportedSource {
  readonly how: 'attached' | 'feedback-loop' | 'pasted' | 'retold'
  /** To be parsed, judged and kept like any handed-in letter. */
  readonly source: Buffer
  /** Hex SHA-256 over who reports and which letter: the same person with the same letter again. */
  readonly duplicateKey: string
}

export type ReportMail =
  | {
      readonly kind: 'report'
      readonly letters: readonly ReportedSource[]
      /** Null where the mail does not say; people rarely do. */
      readonly reportKind: ReportKind | null
      readonly feedback: FeedbackReport | null
      readonly reporter: Mailbox
      /** What the person wrote beside the letter, at most 5,000 characters. */
      readonly note: string
      readonly subject: string
      /** False for everything that a machine sent. */
      readonly acknowledge: boolean
      readonly mailKey: string
    }
  /** A feedback loop takes a complaint back, or tells something that is none (`auth-failure`). */
  | { readonly kind: 'no-complaint'; readonly feedback: FeedbackReport; readonly mailKey: string }
  /** Somebody wrote, but no letter is in it: ask for the source. */
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
const ENVELOPE_TYPES = [
  'application/octet-stream',
  'text/plain',
  'application/x-eml',
  'application/eml',
]

/** @param ownAddresses lower case: every address the portal itself sends from. Never throws for what a stranger wrote. */
export async function parseReportMail(
  mail: Uint8Array,
  ownAddresses: readonly string[],
): Promise<ReportMail> {
  const outcome = await readLetter(mail)
  if (outcome.kind === 'refused') {
    return {
      kind: 'refused',
      reason:
        outcome.reason === 'empty' || outcome.reason === 'too-large'
          ? outcome.reason
          : 'unreadable',
    }
  }
  const { letter, parts } = outcome
  const from = letter.from.map(({ address }) => address)
  const mailKey = sha256(letter.messageId ?? letter.sha256)
  if (isLoop(letter.fields, from, ownAddresses)) return { kind: 'ignored', reason: 'loop', mailKey }

  const contentType = fieldsNamed(letter.fields, 'content-type')[0]?.value ?? ''
  const feedback = readFeedback(parts.attachments)
  const attached = parts.attachments
    .filter((part) => isLetter(part, feedback !== null))
    .slice(0, MAX_LETTERS)
  if (feedback && feedback.kind === null) return { kind: 'no-complaint', feedback, mailKey }
  // A bounce of our own answer carries our letter too: it must not become a report about it.
  const bounced = isBounce(letter.fields, contentType)
  if (feedback === null && bounced && (attached.length === 0 || /report-type/i.test(contentType))) {
    return { kind: 'ignored', reason: 'bounce', mailKey }
  }
  const automatic = feedback !== null || bounced || isAutomatic(letter.fields)
  if (automatic && feedback === null && attached.length === 0)
    return { kind: 'ignored', reason: 'auto-reply', mailKey }

  const reporter = {
    name: letter.from[0]?.name ?? '',
    address: feedback?.complainant ?? letter.from[0]?.address ?? '',
  }
  const found = attached.length === 0 ? findLetterInText(letter.text) : null
  const sources: { how: ReportedSource['how']; source: Buffer }[] =
    found === null
      ? attached.map(({ content }) => ({
          how: feedback ? 'feedback-loop' : 'attached',
          source: content,
        }))
      : [{ how: found.kind === 'source' ? 'pasted' : 'retold', source: Buffer.from(found.text) }]
  const note = (found?.note ?? letter.text).trim().slice(0, NOTE_CHARS).toWellFormed()
  if (sources.length === 0)
    return { kind: 'no-letter', reporter, note, subject: letter.subject, mailKey }
  return {
    kind: 'report',
    letters: sources.map((one) => ({
      ...one,
      duplicateKey: duplicateKeyOf(reporter.address, one.source),
    })),
    reportKind: feedback?.kind ?? null,
    feedback,
    reporter,
    note,
    subject: letter.subject,
    acknowledge: !automatic,
    mailKey,
  }
}

/** One key for one person and one letter, however it was handed in. @param reporter address or other stable name. */
export function duplicateKeyOf(reporter: string, source: Uint8Array | string): string {
  return duplicateKeyOfFields(reporter, scanLetter(openSource(source).binary).fields, source)
}

/** The same where the letter was read already. */
export function duplicateKeyOfFields(
  reporter: string,
  fields: readonly LetterField[],
  source: Uint8Array | string,
): string {
  const all = (name: string) =>
    fieldsNamed(fields, name).map((field) => field.raw.replace(/\s+/g, ''))
  const names = [...all('message-id'), ...all('from')]
  return sha256(
    `${reporterKey(reporter)}\n${names.length === 0 ? sha256(source) : names.join('\n')}`,
  )
}

function readFeedback(attachments: readonly LetterPart[]): FeedbackReport | null {
  const part = attachments.find(({ type }) => type === 'message/feedback-report')
  return part === undefined ? null : readFeedbackReport(part.content.toString('utf8'))
}

// Outlook and web mailers attach a saved letter as octets or text; its name or its first line tells.
function isLetter({ type, name, content }: LetterPart, inReport: boolean): boolean {
  if (type === 'message/rfc822' || type === 'message/global') return true
  if (HEADERS_ONLY.includes(type)) return true
  if (!ENVELOPE_TYPES.includes(type)) return false
  const start = content.subarray(0, 2000).toString('latin1')
  const looks =
    /^(?:received|return-path|delivered-to|from|x-[\w-]+|date|message-id|dkim-signature)[ \t]*:/im.test(
      start,
    )
  return (
    looks &&
    (inReport || /\.(?:eml|txt|msg)$/i.test(name ?? '') || /^received[ \t]*:/im.test(start))
  )
}

function sha256(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('hex')
}
