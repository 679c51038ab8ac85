// Reads the machine-readable part of an ARF report (RFC 5965, RFC 6591).

import { showHiddenLine } from '#server/core/letters/show-hidden.ts'
import type { ReportKind } from '../reports/report-kind.ts'

export interface FeedbackReport {
  /** Lower case; empty if the report names none. */
  readonly type: string
  readonly kind: ReportKind
  /** False for a type that takes a complaint back, or that never was one. */
  readonly isComplaint: boolean
  /** Many feedback loops remove this address. */
  readonly complainant: string | null
  readonly mailFrom: string | null
  readonly sourceIp: string | null
  readonly arrivedAt: Date | null
  readonly userAgent: string | null
}

// AOL introduced `opt-out`. Yandex and Mail.ru write `abuse` and `spam`.
const kinds: Readonly<Record<string, ReportKind>> = {
  abuse: 'spam',
  spam: 'spam',
  'opt-out': 'spam',
  'opt-out-list': 'spam',
  fraud: 'phishing',
  phishing: 'phishing',
  virus: 'malware',
  malware: 'malware',
}

const noComplaint = ['not-spam', 'auth-failure', 'dmarc', 'dkim']

const MAX_CHARS = 16 * 1024

/** Whether these lines are such a part, for mails that name its type wrongly. */
export const looksLikeFeedback = (text: string): boolean =>
  /^feedback-type[ \t]*:/im.test(text) ||
  (/^user-agent[ \t]*:/im.test(text) && /^version[ \t]*:[ \t]*[\d.]+[ \t]*$/im.test(text))

/** A report without a type, or of an unknown one, is a report. */
export function readFeedbackReport(text: string): FeedbackReport {
  const fields = new Map<string, string>()
  const unfolded = text.slice(0, MAX_CHARS).replace(/\r?\n[ \t]+/g, ' ')
  for (const line of unfolded.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    if (colon > 0 && !fields.has(name)) fields.set(name, showHiddenLine(line.slice(colon + 1), 500))
  }
  const type = /[a-z][a-z_-]*/.exec(fields.get('feedback-type')?.toLowerCase() ?? '')?.[0] ?? ''
  const address = (name: string) =>
    /[^\s<>]{1,64}@[^\s<>]{1,255}/.exec(fields.get(name) ?? '')?.[0].toLowerCase() ?? null
  const date = new Date(
    (fields.get('arrival-date') ?? fields.get('received-date') ?? '').slice(0, 100),
  )
  return {
    type,
    kind: (Object.hasOwn(kinds, type) ? kinds[type] : undefined) ?? 'other',
    isComplaint: !noComplaint.includes(type),
    complainant:
      address('original-rcpt-to') ??
      address('removal-recipient') ??
      address('x-original-recipient'),
    mailFrom: address('original-mail-from'),
    sourceIp: fields.get('source-ip')?.replace(/^\[|\]$/g, '') ?? null,
    arrivedAt: Number.isNaN(date.getTime()) ? null : date,
    userAgent: fields.get('user-agent') ?? null,
  }
}
