// Asks the gateway about an SMS whose answer was lost (docs/decisions/0003).
import { assertNever } from '#server/core/assert-never.ts'
import { msPerHour, msPerMinute } from '#server/core/durations.ts'
import { openPayload } from '../payload.ts'
import { enqueueDelivery } from '../send-message.ts'
import { type SettledState, settleMessage } from '../store.ts'
import type { TakenSms } from '../transport.ts'
import { tryLater, waitBeforeTry } from '../try-later.ts'
import { askMsOf, type DeliveryParts, staleMsOf } from '../try-message.ts'
import {
  type DoubtfulMessage,
  doubtMessage,
  selectKnownTickets,
  workerLost,
} from './doubt-store.ts'

/** The gateway's clock may be this much behind ours. */
const skewMs = 5 * msPerMinute
const longestWaitMs = msPerHour

type Answer =
  | { readonly kind: 'taken'; readonly ticket: string }
  | { readonly kind: 'not-taken' }
  | { readonly kind: 'decoy' }
  | { readonly kind: 'unable'; readonly code: string }
  | { readonly kind: 'unclear'; readonly code: string }

/** If two workers do it at once, only the first can settle the message. */
export async function clearDoubt(
  parts: DeliveryParts,
  message: DoubtfulMessage,
  now: Date,
): Promise<void> {
  const { id, name, channel, attempts } = message
  const answer = await ask(parts, message).catch((fault: Error): Answer => {
    // A key, a text or the database may be missing for a while.
    parts.log.error({ message: id, name, fault: fault.name }, 'gateway cannot be asked')
    return { kind: 'unclear', code: 'portal.fault' }
  })
  const note = { message: id, name, channel, attempts, outcome: answer.kind }
  const settle = (state: SettledState, outcome: string | null, providerId: string | null = null) =>
    settleMessage(parts.db, {
      id,
      attempts,
      state,
      outcome,
      providerId,
      now: parts.clock.now(),
      keepPayload: false,
    })
  switch (answer.kind) {
    case 'taken':
      parts.log.info(note, 'message was sent')
      // An equal SMS took this ticket meanwhile. A second one may be ours.
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

// Security: A no of the gateway counts only once the lost request can no longer arrive.
// That is `staleMs` after the try ended, as long as a try may take.
const overAt = (parts: DeliveryParts, { doubtfulAt }: DoubtfulMessage): Date =>
  new Date(doubtfulAt.getTime() + staleMsOf(parts))

/** The time in doubt counts as waited. After a worker's death there is no wait. */
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
  // Two equal messages need two tickets.
  const unexplained = list.taken.filter(({ ticket }) => !known.has(ticket))
  const text = await parts.render.sms(name, params, locale, to)
  const ours = unexplained.findLast((each: TakenSms) => each.to === to && each.text === text)
  if (ours) return { kind: 'taken', ticket: ours.ticket }
  // Security: A ticket that no message of ours explains keeps an SMS from being sent again.
  return unexplained.length === 0
    ? { kind: 'not-taken' }
    : { kind: 'unclear', code: 'gateway.unexplained' }
}

/** Waits half the time since the try, 1 h at most. `atLatest` may be after the expiry. */
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
