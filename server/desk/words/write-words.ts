// Staff write to the person of a report, or to the owner under a measure.
import type { Trx } from '#db/connection.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { signToken } from '#server/core/keys/signed-token.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import { recordAudit } from '../audit/store.ts'
import type { Case } from '../cases/case-store.ts'
import { insertTimelineEntry } from '../cases/timeline-store.ts'
import { pauseClock } from '../clocks/run-clock.ts'
import type { DeskParts } from '../desk.ts'
import { appealPurpose } from '../measures/apply-measure.ts'
import type { Measure } from '../measures/measure-store.ts'
import { measureRows } from '../measures/measures.ts'
import { notifyOwner } from '../measures/notify-owner.ts'
import type { Report } from '../reports/report-store.ts'
import { limitReportMails, progressTokenOf } from '../reports/take-report.ts'
import { type About, insertWords } from './word-store.ts'

export interface Writing {
  readonly words: string
  readonly asks: boolean
  readonly staffId: string
  /** Digest of the sent form: a second click writes nothing. */
  readonly form?: Buffer | undefined
}

/** `waits`: a question to this person waits already. */
export type Written = { readonly kind: 'written' | 'without-mail' | 'again' | 'waits' }

const asksNow = (asks: boolean) => (asks ? 'yes' : 'no')

/** Undefined for a form that was sent before, or if a question waits. */
async function insert(
  trx: Trx,
  { keyring, settings, clock }: DeskParts,
  about: About,
  { words, asks, staffId, form }: Writing,
): Promise<string | undefined> {
  const at = clock.now()
  if (form && (await takeForm(trx, form, at)).kind === 'again') return undefined
  const asksUntil = asks ? new Date(at.getTime() + settings.questionDays * msPerDay) : null
  return await insertWords(trx, keyring, about, { words, staffId, at, asksUntil })
}

const catchWaiting = (fault: { code?: string }): Written => {
  if (fault.code === '23505') return { kind: 'waits' }
  throw fault
}

async function record(
  trx: Trx,
  { keyring, clock }: DeskParts,
  to: 'reporter' | 'owner',
  about: { caseId: string | null; accountId: string | null; subject: string; staffId: string },
): Promise<void> {
  const { caseId, staffId } = about
  const at = clock.now()
  const event = `wrote-to-${to}` as const
  if (caseId) await insertTimelineEntry(trx, keyring, { caseId, event, details: {}, staffId, at })
  const action = 'words.written'
  await recordAudit(trx, keyring, { ...about, action, details: { what: `to-${to}` }, at })
}

/** Security: What staff write stands on a page alone, and no mail carries it. */
export async function writeToReporter(
  parts: DeskParts,
  { report, found }: { readonly report: Report; readonly found: Case },
  writing: Writing,
): Promise<Written> {
  const { id, reference, answerLocale: locale, reporterDigest } = report
  const { reporter } = report.details
  const mayMail = reporter && isLocale(locale) && (await limitReportMails(parts)(reporterDigest))
  const { staffId, asks } = writing
  const write = parts.db.transaction(async (trx): Promise<Written> => {
    const wordsId = await insert(trx, parts, { reportId: id }, writing)
    if (wordsId === undefined) return { kind: 'again' }
    if (asks) await pauseClock(trx, parts, found.id, parts.clock.now())
    if (mayMail)
      await sendMessage(trx, parts, {
        name: 'report-words',
        channel: 'mail',
        to: reporter,
        params: { reference, asks: asksNow(asks), progressToken: progressTokenOf(parts, id) },
        locale,
        dedupeKey: `report-words:${wordsId}`,
      })
    const { id: caseId, accountId } = found
    await record(trx, parts, 'reporter', { caseId, accountId, subject: id, staffId })
    return { kind: mayMail ? 'written' : 'without-mail' }
  })
  return await write.catch(catchWaiting)
}

export async function writeToOwner(
  parts: DeskParts,
  measure: Measure,
  writing: Writing,
): Promise<Written> {
  const { id: measureId, caseId, accountId } = measure
  const { staffId, asks } = writing
  const at = parts.clock.now()
  const write = parts.db.transaction(async (trx): Promise<Written> => {
    const account = await findAccount(trx, accountId)
    const wordsId = account && (await insert(trx, parts, { measureId }, writing))
    if (!wordsId) return { kind: 'again' }
    const isShut = measure.state === 'in-force'
    await notifyOwner(trx, parts, {
      account,
      suspension: isShut ? measureRows[measure.measure].suspension : 'none',
      name: 'owner-words',
      params: {
        mailbox: account.address,
        at: at.toISOString(),
        asks: asksNow(asks),
        appealToken: signToken(parts.keyring, appealPurpose, measureId),
      },
      key: `owner-words:${wordsId}`,
    })
    await record(trx, parts, 'owner', { caseId, accountId, subject: measureId, staffId })
    return { kind: 'written' }
  })
  return await write.catch(catchWaiting)
}
