// One try to send one message, and what follows from its outcome. The rules of repetition are told in docs/decisions/0003-delivery-semantics.md.
import { assertNever } from '#server/core/assert-never.ts'
import { clearDoubt } from './clear-doubt.ts'
import { doubtLostSms, doubtMessage, selectDoubtfulMessage } from './doubt-store.ts'
import { enqueueDelivery } from './send-message.ts'
import { type ClaimedMessage, claimMessage, isInHand, type SettledState, settleMessage } from './store.ts'
import { tryLater } from './try-later.ts'
import { type DeliveryParts, staleMsOf, tryMessage } from './try-message.ts'

/** The queue may call it twice, or for a message that is settled: then nothing happens. */
export async function deliverMessage(parts: DeliveryParts, id: string): Promise<void> {
  const now = parts.clock.now()
  const staleMs = staleMsOf(parts)
  const staleBefore = new Date(now.getTime() - staleMs)
  const message = await claimMessage(parts.db, id, now, staleBefore)
  if (message) return await followTry(parts, message, now)
  await doubtLostSms(parts.db, now, staleBefore, id)
  const doubtful = await selectDoubtfulMessage(parts.db, id, staleBefore)
  if (doubtful) return await clearDoubt(parts, doubtful, now)
  // Another worker has it, or died with it: whichever, it is clear by then.
  await parts.db.transaction(async (trx) => {
    if (await isInHand(trx, id)) await enqueueDelivery(trx, id, new Date(now.getTime() + staleMs + 1000))
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
      ...{ id: message.id, attempts: message.attempts, state, outcome: code, providerId },
      ...{ now: parts.clock.now(), keepPayload: kept },
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
      // Security: an SMS that may have arrived is not sent again before the gateway says that it has not got it; a mail is, under its Message-ID.
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

/**
 * The gateway answers with a ticket that another SMS of ours has. That one may have got it by a question in which both looked alike, so the
 * gateway is asked again. A gateway that does so at the next try as well is believed: it says that it has the message.
 */
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

/** A request whose answer was lost may still be on its way: it is over for certain as long after its end as a worker's whole try may last. */
async function askLater(parts: DeliveryParts, { id, attempts }: ClaimedMessage, outcome: string): Promise<void> {
  const dueAt = new Date(parts.clock.now().getTime() + staleMsOf(parts))
  await parts.db.transaction(async (trx) => {
    if (await doubtMessage(trx, { id, attempts, outcome, dueAt })) await enqueueDelivery(trx, id, dueAt)
  })
}
