// Tries to send one message, see docs/decisions/0003-delivery-semantics.md.
import { assertNever } from '#server/core/assert-never.ts'
import { clearDoubt } from './doubt/clear-doubt.ts'
import { doubtLostSms, doubtMessage, selectDoubtfulMessage } from './doubt/doubt-store.ts'
import { enqueueDelivery } from './send-message.ts'
import {
  type ClaimedMessage,
  claimMessage,
  findNextLook,
  type SettledState,
  settleMessage,
} from './store.ts'
import { tryLater } from './try-later.ts'
import { askMsOf, type DeliveryParts, staleMsOf, tryMessage } from './try-message.ts'

/** `worker` is the pool that delivers. `isBusy`: another of its jobs has this message. */
export interface Deliverer {
  readonly worker: string | null
  readonly isBusy: boolean
}

/** Leaves settled messages alone: the queue may call it twice. */
export async function deliverMessage(
  parts: DeliveryParts,
  id: string,
  by?: Deliverer,
): Promise<void> {
  const now = parts.clock.now()
  const staleBefore = new Date(now.getTime() - staleMsOf(parts))
  const worker = by?.worker ?? null
  const taker = { now, staleBefore, worker, idle: by?.isBusy ? null : worker }
  const message = await claimMessage(parts.db, id, taker)
  if (message) return await followTry(parts, message, now)
  await doubtLostSms(parts.db, taker, id)
  const doubtful = await selectDoubtfulMessage(parts.db, id, now)
  if (doubtful) return await clearDoubt(parts, doubtful, now)
  // Another worker has the message, or died while it had it.
  await parts.db.transaction(async (trx) => {
    const next = await findNextLook(trx, id, new Date(now.getTime() + askMsOf(parts)))
    if (next) await enqueueDelivery(trx, id, next)
  })
}

async function followTry(parts: DeliveryParts, message: ClaimedMessage, now: Date): Promise<void> {
  const { outcome, kept } = await tryMessage(parts, message, now)
  const note = {
    message: message.id,
    name: message.name,
    channel: message.channel,
    attempts: message.attempts,
    outcome: outcome.kind,
  }
  const settle = (state: SettledState, code: string | null, providerId: string | null = null) =>
    settleMessage(parts.db, {
      id: message.id,
      attempts: message.attempts,
      state,
      outcome: code,
      providerId,
      now: parts.clock.now(),
      keepPayload: kept,
    })

  switch (outcome.kind) {
    case 'accepted':
      parts.log.info(note, 'message sent')
      if ((await settle('sent', null, outcome.providerId)) === 'ticket-taken')
        await followRepeatedTicket(parts, message)
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
      // Security: An SMS that may have arrived is sent again only after the gateway says no.
      // A mail is sent again without asking: its Message-ID shows the repeat.
      if (message.channel === 'sms') await askLater(parts, message, outcome.code)
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

const repeatedTicket = 'gateway.repeated-ticket'

// Another SMS, perhaps an equal one, has this ticket.
// The gateway's list is asked once; then the SMS counts as sent.
async function followRepeatedTicket(parts: DeliveryParts, message: ClaimedMessage): Promise<void> {
  const { id, attempts } = message
  parts.log.warn({ message: id, attempts }, 'gateway gave the ticket of another SMS')
  if (attempts < 2) return await askLater(parts, message, repeatedTicket)
  const settlement = {
    id,
    attempts,
    state: 'sent',
    outcome: repeatedTicket,
    providerId: null,
    keepPayload: false,
  } as const
  await settleMessage(parts.db, { ...settlement, now: parts.clock.now() })
}

// A gateway soon lists what it took.
// That it lists nothing counts only later (`clear-doubt.ts`).
async function askLater(
  parts: DeliveryParts,
  { id, attempts }: ClaimedMessage,
  outcome: string,
): Promise<void> {
  const now = parts.clock.now()
  const dueAt = new Date(now.getTime() + askMsOf(parts))
  await parts.db.transaction(async (trx) => {
    if (await doubtMessage(trx, { id, attempts, outcome, now, dueAt }))
      await enqueueDelivery(trx, id, dueAt)
  })
}
