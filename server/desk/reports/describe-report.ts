// A report as the page of its case shows it.
import type { Report } from './report-store.ts'

const tagKinds: Readonly<Record<string, string>> = { proven: 'bad', likely: 'wait' }

export function describeReport({ verdict, kind, details, ...report }: Report) {
  const { id, reference, channel, reasons, receivedAt, harmless } = report
  const { subject, sender, note, handedOverBy, lettersLeft = 0 } = details
  return {
    id,
    reference,
    channel,
    reasons,
    receivedAt,
    harmless,
    note,
    handedOverBy,
    lettersLeft,
    isWithoutLetter: report.how === 'none',
    about: subject || sender || '',
    verdictKey: verdict ? `abuse.verdicts.${verdict}` : 'desk.waiting',
    kindKey: kind ? `desk.kinds.${kind}` : 'desk.noKind',
    tagKind: tagKinds[verdict ?? ''] ?? '',
    /** The page then shows the reasons for the verdict without a click. */
    isSuspect: verdict === 'proven' || verdict === 'likely',
  }
}
