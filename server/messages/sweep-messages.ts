// Runs every minute: nothing stays on the way because a worker died.
import { staleAfterMs } from './deliver-message.ts'
import { enqueueDelivery } from './send-message.ts'
import { giveUpLostSms, selectOverdueMessages } from './store.ts'
import type { DeliveryParts } from './try-message.ts'

/** Long enough to answer "where is my letter?", and for dedupe keys to hold well past every retry. */
const keptDays = 30
const atOnce = 500

/** What was settled before may be deleted. */
export function keptSince(now: Date): Date {
  return new Date(now.getTime() - keptDays * 86_400_000)
}

export async function sweepMessages(parts: Pick<DeliveryParts, 'db' | 'clock' | 'log' | 'staleMs'>): Promise<void> {
  const now = parts.clock.now()
  const staleBefore = new Date(now.getTime() - (parts.staleMs ?? staleAfterMs))
  const lost = await giveUpLostSms(parts.db, now, staleBefore)
  if (lost > 0) parts.log.warn({ lost }, 'SMS whose worker died: not sent again')
  await parts.db.transaction(async (trx) => {
    for (const id of await selectOverdueMessages(trx, staleBefore, atOnce)) await enqueueDelivery(trx, id)
  })
}
