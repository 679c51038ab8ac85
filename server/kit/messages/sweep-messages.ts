// Runs every minute and takes up what dead workers left.
import { msPerDay } from '#server/core/durations.ts'
import { doubtLostSms } from './doubt/doubt-store.ts'
import { enqueueDelivery } from './send-message.ts'
import { selectOverdueMessages } from './store.ts'
import { type DeliveryParts, staleMsOf } from './try-message.ts'

/** Long enough to answer "where is my letter?". By then no repeated request needs a dedupe key. */
const keptDays = 30
const atOnce = 500

export function keptSince(now: Date): Date {
  return new Date(now.getTime() - keptDays * msPerDay)
}

export async function sweepMessages(
  parts: Pick<DeliveryParts, 'db' | 'clock' | 'log' | 'staleMs'>,
): Promise<void> {
  const now = parts.clock.now()
  const staleBefore = new Date(now.getTime() - staleMsOf(parts))
  await parts.db.transaction(async (trx) => {
    const lost = await doubtLostSms(trx, { now, staleBefore, idle: null })
    if (lost.length > 0)
      parts.log.warn({ lost: lost.length }, 'SMS whose worker died: the gateway is asked')
    for (const id of [...lost, ...(await selectOverdueMessages(trx, staleBefore, atOnce))])
      await enqueueDelivery(trx, id)
  })
}
