// Tries again a message that was not taken, or a mail that may have been.
import { enqueueDelivery } from './send-message.ts'
import { type ClaimedMessage, deferMessage, settleMessage } from './store.ts'
import { type DeliveryParts, staleAfterMs, staleMsOf } from './try-message.ts'

const waitSeconds = [5, 20, 60, 180, 600, 1800, 3600]

/** Random: a gateway that comes back must not get all messages at once. */
export function waitBeforeTry(parts: DeliveryParts, attempts: number): number {
  const base = waitSeconds[Math.min(attempts, waitSeconds.length) - 1] ?? 5
  return base * 1000 * (0.85 + Math.random() * 0.3) * (staleMsOf(parts) / staleAfterMs)
}

export async function tryLater(
  parts: DeliveryParts,
  { id, attempts, expiresAt }: ClaimedMessage,
  outcome: string,
  waitMs: number = waitBeforeTry(parts, attempts),
): Promise<void> {
  const now = parts.clock.now()
  const dueAt = new Date(now.getTime() + waitMs)
  if (dueAt >= expiresAt) {
    const settlement = {
      id,
      attempts,
      state: 'failed',
      outcome,
      providerId: null,
      now,
      keepPayload: false,
    } as const
    await settleMessage(parts.db, settlement)
    return
  }
  await parts.db.transaction(async (trx) => {
    if (await deferMessage(trx, { id, attempts, outcome, dueAt }))
      await enqueueDelivery(trx, id, dueAt)
  })
}
