// Takes in what somebody reports: evidence, report and the job that judges it, in one transaction. Nothing is parsed here.
import { msPerDay } from '#server/core/durations.ts'
import type { Trx } from '#db/connection.ts'
import { signToken } from '#server/core/keys/signed-token.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import { findSentForm, noteAnswer, takeForm } from '#server/kit/web/sent-forms-store.ts'
import type { DeskParts } from '../desk.ts'
import { insertEvidence } from '../evidence/evidence-store.ts'
import { newReference } from './reference.ts'
import type { ReportKind } from './report-kind.ts'
import { findReport, insertReport, type ReportChannel, type ReportHow } from './report-store.ts'
import { reporterKey } from './reporter-key.ts'

export const judgeTask = 'report:judge'
export const progressPurpose = 'abuse.progress'


export interface TakenReport {
  readonly id: string
  readonly reference: string
  /** Leads to the page that shows how far it is. */
  readonly progressToken: string
}

export interface NewReport {
  readonly channel: ReportChannel
  readonly kind: ReportKind | null
  readonly how: ReportHow
  /** The letter: bytes of a file, text that was pasted, or null where the person has none. */
  readonly source: Uint8Array | string | null
  /** The address that the letter came from, as the person says. */
  readonly sender: string | null
  /** Where the person wants an answer. */
  readonly reporter: string | null
  readonly note: string
  readonly locale: Locale
  /** Tells reporters apart that leave no address. */
  readonly network: string
  /** False for everything that a machine sent. */
  readonly acknowledge: boolean
}

/** Judging may run twice; it settles once. */
export async function enqueueJudging(trx: Trx, reportId: string): Promise<void> {
  await enqueue(trx, judgeTask, { reportId }, { jobKey: `judge:${reportId}` })
}

/** Security: mail about reports goes to an address that nobody has proven: a few a day, and never a word that somebody wrote. */
export function reportMailBudget({ limits, settings }: Pick<DeskParts, 'limits' | 'settings'>) {
  const points = settings.limitReportMailsPerAddressDay
  const limiter = limits.limit('report-mails', { points, seconds: 86_400 })
  return async (reporterDigest: Buffer): Promise<boolean> =>
    points > 0 && (await limiter.count(reporterDigest.toString('base64url'))).kind === 'counted'
}

export const progressTokenOf = (parts: Pick<DeskParts, 'keyring'>, reportId: string): string =>
  signToken(parts.keyring, progressPurpose, reportId)

/** By which the reports of one address meet, however it is spelled. */
export const digestOfReporter = (
  { index }: Pick<DeskParts, 'index'>,
  address: string,
): Promise<Buffer> => index.digest('reporter', `mail:${reporterKey(address)}`)

interface PreparedReport {
  readonly report: NewReport
  readonly reporterDigest: Buffer
  /** Whether the person wants an answer, and whether the day's budget of the address allows one now. */
  readonly answer: boolean
  readonly mayMail: boolean
}

async function prepare(parts: DeskParts, report: NewReport): Promise<PreparedReport> {
  const { reporter } = report
  const reporterDigest = await (reporter
    ? digestOfReporter(parts, reporter)
    : parts.index.digest('reporter', `network:${report.network}`))
  const answer = report.acknowledge && reporter !== null
  return {
    report,
    reporterDigest,
    answer,
    mayMail: answer && (await reportMailBudget(parts)(reporterDigest)),
  }
}

async function keepSource(
  trx: Trx,
  parts: DeskParts,
  source: NewReport['source'],
  at: Date,
): Promise<string | null> {
  if (source === null) return null
  return await insertEvidence(trx, parts.keyring, {
    source: typeof source === 'string' ? Buffer.from(source, 'utf8') : source,
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
  const { report, reporterDigest, answer, mayMail } = prepared
  const { channel, kind, how, sender, reporter, note, locale } = report
  const evidenceId = await keepSource(trx, parts, report.source, at)
  const reference = newReference('R')
  const id = await insertReport(trx, parts.keyring, {
    ...{ reference, channel, kind, how, evidenceId, reporterDigest, at },
    details: { sender, reporter, note },
    answerLocale: answer ? locale : null,
  })
  const progressToken = progressTokenOf(parts, id)
  await enqueueJudging(trx, id)
  if (mayMail && reporter)
    await sendMessage(trx, parts, {
      name: 'report-received',
      channel: 'mail',
      to: reporter,
      params: { reference, progressToken },
      locale,
      dedupeKey: `report-received:${id}`,
    })
  return { id, reference, progressToken }
}

/**
 * Takes all of them or none.
 * @param isNew writes down in the same transaction what they came with; false where that was taken in before
 * @param note writes down what became of them, in the same transaction
 * @returns undefined where it was
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

/** @param form digest of the form that it came by: sent again, it is the report that it was */
export async function takeReport(
  parts: DeskParts,
  report: NewReport,
  form?: Buffer,
): Promise<TakenReport> {
  const isNew = async (trx: Trx) =>
    !form || (await takeForm(trx, form, parts.clock.now())).kind === 'first'
  const [taken] =
    (await takeReports(parts, [report], isNew, async (trx, [first]) => {
      if (form && first) await noteAnswer(trx, form, first.id)
    })) ?? []
  const before = !taken && form ? await findSentReport(parts, form) : undefined
  if (before) return before
  if (!taken) throw new Error('a report was not taken in')
  return taken
}

/** The report that this very form made a moment ago. */
export async function findSentReport(
  parts: DeskParts,
  form: Buffer,
): Promise<TakenReport | undefined> {
  const sent = await findSentForm(parts.db, form, parts.clock.now())
  const report = sent?.answer ? await findReport(parts.db, parts.keyring, sent.answer) : undefined
  return (
    report && {
      id: report.id,
      reference: report.reference,
      progressToken: progressTokenOf(parts, report.id),
    }
  )
}
