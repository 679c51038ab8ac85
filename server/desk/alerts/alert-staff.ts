// Mails staff that cases of the highest severity have come: at once, and then a few together.
import type { Trx } from '#db/connection.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { sendMessage } from '#server/kit/messages/send-message.ts'
import type { DeskParts } from '../desk.ts'
import { staffRights } from '../staff/rights.ts'
import {
  type AlertReader,
  findLastAlert,
  type HighCase,
  insertAlert,
  listReaders,
  takeAlerts,
} from './alert-store.ts'

export const alertTask = 'desk:high-cases'

const enqueueAlert = (trx: Trx, runAt?: Date) =>
  enqueue(trx, alertTask, {}, { jobKey: alertTask, queueName: alertTask, ...(runAt && { runAt }) })

/** Call it in the transaction that raises a case to the highest severity. */
export async function noteHighCase(trx: Trx, caseId: string, at: Date): Promise<void> {
  if (await insertAlert(trx, caseId, at)) await enqueueAlert(trx)
}

/** A second run finds nothing left to tell. */
export async function alertStaff(parts: DeskParts): Promise<void> {
  const { db, clock, settings } = parts
  const everyMs = settings.caseAlertMinutes * msPerMinute
  await db.transaction(async (trx) => {
    const at = clock.now()
    const last = everyMs > 0 ? await findLastAlert(trx) : null
    const due = last && new Date(last.getTime() + everyMs)
    if (due && due > at) return await enqueueAlert(trx, due)
    const cases = await takeAlerts(trx, at)
    if (everyMs > 0) await mailStaff(trx, parts, cases)
  })
}

/** Stands for all readers of one address. */
const everybody = 'all'

async function readersOf(trx: Trx, { settings }: DeskParts): Promise<AlertReader[]> {
  const { caseAlertMail: address } = settings
  if (address) return [{ id: everybody, address, locale: null }]
  return await listReaders(trx, staffRights['cases.work'])
}

async function mailStaff(trx: Trx, parts: DeskParts, cases: readonly HighCase[]): Promise<void> {
  const { defaultLocale } = parts.settings
  const [first] = cases
  if (!first) return
  const holders = await listReaders(trx, staffRights['cases.emergency'])
  for (const { id, address, locale } of await readersOf(trx, parts)) {
    const holds = id === everybody || holders.some((each) => each.id === id)
    // Security: Nobody is alerted to a case about their own mailbox.
    const others = cases.filter(({ accountId }) => accountId !== id)
    const count = others.filter(({ isEmergency }) => holds || !isEmergency).length
    if (count === 0) continue
    await sendMessage(trx, parts, {
      name: 'high-cases',
      channel: 'mail',
      to: address,
      params: { count },
      locale: isLocale(locale) ? locale : defaultLocale,
      dedupeKey: `high-cases:${first.id}:${id}`,
    })
  }
}
