// One try to send one message, and what follows from its outcome. The rules of repetition are told in docs/decisions/0003-delivery-semantics.md.
import { assertNever } from '#server/core/assert-never.ts'
import { enqueueDelivery } from './send-message.ts'
import {
  type ClaimedMessage,
  claimMessage,
  deferMessage,
  isMailOnItsWay,
  type SettledState,
  settleMessage,
} from './store.ts'
import { type DeliveryParts, tryMessage } from './try-message.ts'

/** After this long without an end, the worker that took a message is taken for dead. */
export const staleAfterMs = 60_000

const waitSeconds = [5, 20, 60, 180, 600, 1800, 3600]

/** Growing, and a little different for each message, so that a gateway that comes back is not met by all of them at once. */
export function waitBeforeTry(attempts: number): number {
  const base = waitSeconds[Math.min(attempts, waitSeconds.length) - 1] ?? 5
  return base * 1000 * (0.85 + Math.random() * 0.3)
}

/** The queue may call it twice, or for a message that is settled: then nothing happens. */
export async function deliverMessage(parts: DeliveryParts, id: string): Promise<void> {
  const now = parts.clock.now()
  const staleMs = parts.staleMs ?? staleAfterMs
  const message = await claimMessage(parts.db, id, now, new Date(now.getTime() - staleMs))
  if (!message) {
    // Another worker has it, or died with it: whichever, it is clear by then.
    await parts.db.transaction(async (trx) => {
      if (await isMailOnItsWay(trx, id)) await enqueueDelivery(trx, id, new Date(now.getTime() + staleMs + 1000))
    })
    return
  }
  const { outcome, kept } = await tryMessage(parts, message, now)
  const note = {
    message: id,
    name: message.name,
    channel: message.channel,
    attempts: message.attempts,
    outcome: outcome.kind,
  }
  const settle = (state: SettledState, code: string | null, providerId: string | null = null) =>
    settleMessage(parts.db, { id, state, outcome: code, providerId, now: parts.clock.now(), keepPayload: kept })

  switch (outcome.kind) {
    case 'accepted':
      parts.log.info(note, 'message sent')
      await settle('sent', null, outcome.providerId)
      return
    case 'refused':
      parts.log.warn({ ...note, code: outcome.code }, 'message refused for good')
      await settle('failed', outcome.code)
      return
    case 'dropped':
      await settle('dropped', outcome.code)
      return
    case 'unknown':
      parts.log.warn({ ...note, code: outcome.code }, 'answer lost')
      // Security: an SMS that may have arrived is not sent again; a mail is, under the Message-ID that it had.
      if (message.channel === 'sms') await settle('unknown', outcome.code)
      else await tryLater(parts, message, outcome.code)
      return
    case 'deferred':
      parts.log.warn({ ...note, code: outcome.code }, 'message waits')
      await tryLater(parts, message, outcome.code)
      return
    default:
      assertNever(outcome)
  }
}

async function tryLater(parts: DeliveryParts, message: ClaimedMessage, code: string): Promise<void> {
  const now = parts.clock.now()
  const dueAt = new Date(now.getTime() + waitBeforeTry(message.attempts))
  if (dueAt >= message.expiresAt) {
    await settleMessage(parts.db, {
      id: message.id,
      state: 'failed',
      outcome: code,
      providerId: null,
      now,
      keepPayload: false,
    })
    return
  }
  await parts.db.transaction(async (trx) => {
    if (await deferMessage(trx, message.id, code, dueAt)) await enqueueDelivery(trx, message.id, dueAt)
  })
}
