// Asks the gateway whether it has an SMS whose answer was lost, or whose worker died with it in hand. See docs/decisions/0003-delivery-semantics.md.
import { assertNever } from '#server/core/assert-never.ts'
import { msPerHour, msPerMinute } from '#server/core/durations.ts'
import {
  type DoubtfulMessage,
  doubtMessage,
  selectKnownTickets,
  workerLost,
} from './doubt-store.ts'
import { openPayload } from './payload.ts'
import { enqueueDelivery } from './send-message.ts'
import { type SettledState, settleMessage } from './store.ts'
import type { TakenSms } from './transport.ts'
import { tryLater, waitBeforeTry } from './try-later.ts'
import { askMsOf, type DeliveryParts, staleMsOf } from './try-message.ts'

/** How far the gateway's clock may be behind ours. */
const skewMs = 5 * msPerMinute
const longestWaitMs = msPerHour

type Answer =
  | { readonly kind: 'taken'; readonly ticket: string }
  | { readonly kind: 'not-taken' }
  | { readonly kind: 'decoy' }
  | { readonly kind: 'unable'; readonly code: string }
  | { readonly kind: 'unclear'; readonly code: string }

/** Two workers may do it at once: each of the statements that end it takes the message as it was found, so that one of them counts. */
export async function clearDoubt(
  parts: DeliveryParts,
  message: DoubtfulMessage,
  now: Date,
): Promise<void> {
  const { id, name, channel, attempts } = message
  const answer = await ask(parts, message).catch((fault: Error): Answer => {
    // A key or a text that is missing for a while, or the database.
    parts.log.error({ message: id, name, fault: fault.name }, 'gateway cannot be asked')
    return { kind: 'unclear', code: 'portal.fault' }
  })
  const note = { message: id, name, channel, attempts, outcome: answer.kind }
  const settle = (state: SettledState, outcome: string | null, providerId: string | null = null) =>
    settleMessage(parts.db, {
      ...{ id, attempts, state, outcome, providerId },
      ...{ now: parts.clock.now(), keepPayload: false },
    })
  switch (answer.kind) {
    case 'taken':
      parts.log.info(note, 'message was sent')
      // Of two with the same words the other was quicker: there may be a second ticket.
      if ((await settle('sent', null, answer.ticket)) === 'ticket-taken')
        await askAgain(parts, message, now)
      return
    case 'not-taken':
      if (now < overAt(parts, message)) {
        parts.log.info(note, 'message is not there yet')
        await askAgain(parts, message, now, overAt(parts, message))
        return
      }
      parts.log.warn({ ...note, code: message.outcome }, 'message was not taken')
      await tryLater(parts, message, message.outcome, restOfWait(parts, message, now))
      return
    case 'decoy':
      await settle('dropped', 'decoy')
      return
    case 'unable':
      parts.log.warn({ ...note, code: answer.code }, 'gateway keeps no list: not sent again')
      await settle('unknown', message.outcome)
      return
    case 'unclear':
      parts.log.warn({ ...note, code: answer.code }, 'gateway did not say')
      await askAgain(parts, message, now)
      return
    default:
      assertNever(answer)
  }
}

/**
 * Security: a request whose answer was lost may still be on its way: it is over for certain as long after its end as a worker's whole try may
 * last. Until then the gateway's no is none.
 */
const overAt = (parts: DeliveryParts, { doubtfulAt }: DoubtfulMessage): Date =>
  new Date(doubtfulAt.getTime() + staleMsOf(parts))

/** The time in doubt counts as waited. Where only the worker died, the gateway needs no rest at all. */
function restOfWait(
  parts: DeliveryParts,
  { attempts, outcome, sendingAt }: DoubtfulMessage,
  now: Date,
): number {
  if (outcome === workerLost) return 0
  return Math.max(waitBeforeTry(parts, attempts) - (now.getTime() - sendingAt.getTime()), 0)
}

async function ask(
  parts: DeliveryParts,
  { name, payload, createdAt }: DoubtfulMessage,
): Promise<Answer> {
  const { to, params, locale } = openPayload(parts.keyring, payload)
  if (to === null) return { kind: 'decoy' }
  if (!parts.sms.listTaken) return { kind: 'unable', code: 'gateway.no-list' }
  const list = await parts.sms.listTaken(to, new Date(createdAt.getTime() - skewMs))
  if (list.kind === 'unable') return list
  if (list.kind === 'deferred') return { kind: 'unclear', code: list.code }
  const known = await selectKnownTickets(
    parts.db,
    list.taken.map(({ ticket }) => ticket),
  )
  // Of two messages with the same words each needs a ticket of its own: what another one has is not ours.
  const unexplained = list.taken.filter(({ ticket }) => !known.has(ticket))
  const text = parts.render.sms(name, params, locale, to)
  const ours = unexplained.findLast((each: TakenSms) => each.to === to && each.text === text)
  if (ours) return { kind: 'taken', ticket: ours.ticket }
  // Security: what the gateway took for the number and no message of ours explains may be this one in other words, so nothing is sent.
  return unexplained.length === 0
    ? { kind: 'not-taken' }
    : { kind: 'unclear', code: 'gateway.unexplained' }
}

/**
 * Waits grow by half of the time that has gone by since the try, up to an hour.
 * @param atLatest then an answer is worth having even if the message is dead by then
 */
async function askAgain(
  parts: DeliveryParts,
  message: DoubtfulMessage,
  now: Date,
  atLatest?: Date,
): Promise<void> {
  const { id, attempts, outcome, sendingAt, expiresAt } = message
  const wait = Math.max(
    askMsOf(parts),
    Math.min((now.getTime() - sendingAt.getTime()) / 2, longestWaitMs),
  )
  const dueAt = new Date(
    Math.min(now.getTime() + wait, atLatest?.getTime() ?? Number.POSITIVE_INFINITY),
  )
  if (dueAt >= expiresAt && !atLatest) {
    const settlement = {
      id,
      attempts,
      state: 'unknown',
      outcome,
      providerId: null,
      keepPayload: false,
    } as const
    await settleMessage(parts.db, { ...settlement, now: parts.clock.now() })
    return
  }
  await parts.db.transaction(async (trx) => {
    if (await doubtMessage(trx, { id, attempts, outcome, now, dueAt }))
      await enqueueDelivery(trx, id, dueAt)
  })
}
