// Stores a report with its evidence and the job that will judge it. Nothing is parsed here.
import type { Trx } from '#db/connection.ts'
import { msPerDay, msPerSecond } from '#server/core/durations.ts'
import { signToken } from '#server/core/keys/signed-token.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import { findSentForm, noteAnswer, takeForm } from '#server/kit/web/sent-forms-store.ts'
import type { DeskParts } from '../desk.ts'
import { beginningOfLetter } from '../evidence/beginning-of-letter.ts'
import { insertEvidence } from '../evidence/evidence-store.ts'
import { confirmTokenOf } from '../reporters/confirm-token.ts'
import { digestsOf, type Sender, type SenderDigests } from '../reporters/person.ts'
import { newReference } from './reference.ts'
import type { ReportKind } from './report-kind.ts'
import { findReport, insertReport, type ReportChannel, type ReportHow } from './report-store.ts'

export const judgeTask = 'report:judge'
export const progressPurpose = 'abuse.progress'

export interface TakenReport {
  readonly id: string
  readonly reference: string
  /** Part of the link to the page that shows the state of the report. */
  readonly progressToken: string
}

export interface NewReport extends Sender {
  readonly channel: ReportChannel
  readonly kind: ReportKind | null
  readonly how: ReportHow
  /** The letter as the bytes of a file or as pasted text. Null if the person has none. */
  readonly source: Uint8Array | string | null
  /** Of the letter, if `source` is its beginning. */
  readonly sizeBytes?: number | undefined
  /** The sender of the letter, according to the reporter. */
  readonly sender: string | null
  readonly note: string
  readonly locale: Locale
  readonly acknowledge: boolean
  /** How many more letters the mail had than are taken. */
  readonly lettersLeft?: number
}

export async function enqueueJudging(trx: Trx, reportId: string): Promise<void> {
  await enqueue(trx, judgeTask, { reportId }, { jobKey: `judge:${reportId}` })
}

// Security: An unproven address gets few mails a day, without words of the reporter.
/** @returns a function that counts a mail to a reporter, and says whether it may be sent */
export function limitReportMails({ limits, settings }: Pick<DeskParts, 'limits' | 'settings'>) {
  const points = settings.limitReportMailsPerAddressDay
  const limit = limits.limit('report-mails', { points, seconds: msPerDay / msPerSecond })
  return async (reporterDigest: Buffer): Promise<boolean> => {
    if (points === 0) return false
    const counted = await limit.count(reporterDigest.toString('base64url'))
    return counted.kind === 'counted'
  }
}

export const progressTokenOf = (parts: Pick<DeskParts, 'keyring'>, reportId: string): string =>
  signToken(parts.keyring, progressPurpose, reportId)

interface PreparedReport {
  readonly report: NewReport
  readonly digests: SenderDigests
  readonly answer: boolean
  /** The daily limit of the address allows a mail now. */
  readonly mayMail: boolean
}

async function prepare(parts: DeskParts, report: NewReport): Promise<PreparedReport> {
  const digests = await digestsOf(parts, report)
  const answer = report.acknowledge && report.reporter !== null
  const mayMail = answer && (await limitReportMails(parts)(digests.reporterDigest))
  return { report, digests, answer, mayMail }
}

async function keepSource(
  trx: Trx,
  parts: DeskParts,
  { source, sizeBytes }: NewReport,
  at: Date,
): Promise<string | null> {
  if (source === null) return null
  const bytes = typeof source === 'string' ? Buffer.from(source, 'utf8') : source
  return await insertEvidence(trx, parts.keyring, {
    source: beginningOfLetter(bytes, sizeBytes),
    sizeBytes: sizeBytes ?? bytes.length,
    pasted: typeof source === 'string',
    at,
    keptUntil: new Date(at.getTime() + parts.settings.evidenceDays * msPerDay),
  })
}

async function write(
  trx: Trx,
  parts: DeskParts,
  prepared: PreparedReport,
  at: Date,
): Promise<TakenReport> {
  const { report, digests, answer, mayMail } = prepared
  const { channel, kind, how, sender, reporter, note, locale } = report
  const { lettersLeft = 0 } = report
  const evidenceId = await keepSource(trx, parts, report, at)
  const reference = newReference('R')
  const id = await insertReport(trx, parts.keyring, {
    reference,
    channel,
    kind,
    how,
    evidenceId,
    ...digests,
    at,
    details: { sender, reporter, note, ...(lettersLeft > 0 ? { lettersLeft } : {}) },
    answerLocale: answer ? locale : null,
  })
  const progressToken = progressTokenOf(parts, id)
  await enqueueJudging(trx, id)
  if (mayMail && reporter)
    await sendMessage(trx, parts, {
      // A person who wrote by mail without a letter may have one.
      name: how === 'none' && channel === 'mail' ? 'report-source-wanted' : 'report-received',
      channel: 'mail',
      to: reporter,
      params: {
        reference,
        progressToken,
        lettersLeft,
        ...(report.confirmed ? {} : { confirmToken: confirmTokenOf(parts, id) }),
      },
      locale,
      dedupeKey: `report-received:${id}`,
    })
  return { id, reference, progressToken }
}

/**
 * Takes all reports or none. Both callbacks run in the same transaction.
 * @param isNew remembers the mail or form that brought them; false if it came before
 * @param note remembers the result for that form
 * @returns undefined if the reports were not new
 */
export async function takeReports(
  parts: DeskParts,
  reports: readonly NewReport[],
  isNew: (trx: Trx) => Promise<boolean> = async () => true,
  note: (trx: Trx, taken: readonly TakenReport[]) => Promise<void> = async () => {},
): Promise<TakenReport[] | undefined> {
  const at = parts.clock.now()
  const prepared: PreparedReport[] = []
  for (const report of reports) prepared.push(await prepare(parts, report))
  return await parts.db.transaction(async (trx) => {
    if (!(await isNew(trx))) return undefined
    const taken: TakenReport[] = []
    for (const each of prepared) taken.push(await write(trx, parts, each, at))
    await note(trx, taken)
    return taken
  })
}

/** @param form digest of the sent form: a second click gets the report of the first one */
export async function takeReport(
  parts: DeskParts,
  report: NewReport,
  form?: Buffer,
): Promise<TakenReport> {
  const isNew = async (trx: Trx) =>
    !form || (await takeForm(trx, form, parts.clock.now())).kind === 'first'
  const note = async (trx: Trx, [first]: readonly TakenReport[]) => {
    if (form && first) await noteAnswer(trx, form, first.id)
  }
  const [taken] = (await takeReports(parts, [report], isNew, note)) ?? []
  if (taken) return taken
  const before = form && (await findSentReport(parts, form))
  if (!before) throw new Error('a report was not taken in')
  return before
}

export async function findSentReport(
  parts: DeskParts,
  form: Buffer,
): Promise<TakenReport | undefined> {
  const sent = await findSentForm(parts.db, form, parts.clock.now())
  if (!sent?.answer) return undefined
  const report = await findReport(parts.db, parts.keyring, sent.answer)
  if (!report) return undefined
  const { id, reference } = report
  return { id, reference, progressToken: progressTokenOf(parts, id) }
}
