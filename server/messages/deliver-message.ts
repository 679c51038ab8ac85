// One try to send one message. The rules of repetition are told in docs/decisions/0003-delivery-semantics.md.
import type { Db } from '#db/connection.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { openPayload } from './payload.ts'
import type { RenderMessage } from './render.ts'
import { enqueueDelivery, type MessageParts } from './send-message.ts'
import {
  type ClaimedMessage,
  claimMessage,
  deferMessage,
  isMailOnItsWay,
  type SettledState,
  settleMessage,
} from './store.ts'
import type { MailTransport, SendOutcome, SmsTransport } from './transport.ts'

export interface DeliveryLog {
  info(fields: object, words: string): void
  warn(fields: object, words: string): void
  error(fields: object, words: string): void
}

export interface DeliveryParts extends MessageParts {
  readonly db: Db
  readonly mail: MailTransport
  readonly sms: SmsTransport
  readonly render: RenderMessage
  readonly log: DeliveryLog
  /** `staleAfterMs` unless a test is in a hurry. */
  readonly staleMs?: number
}

/** A try that takes longer counts as one whose answer was lost. */
const tryMs = 45_000
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
  const { outcome, kept } = await trySending(parts, message, now)
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

type Try = { readonly outcome: SendOutcome | { kind: 'dropped'; code: string }; readonly kept: boolean }

async function trySending(parts: DeliveryParts, message: ClaimedMessage, now: Date): Promise<Try> {
  const end = (outcome: Try['outcome']): Try => ({
    outcome,
    kept: outcome.kind === 'accepted' && parts[message.channel].keeps,
  })
  if (now >= message.expiresAt) return end({ kind: 'dropped', code: 'expired' })
  let sendNow: () => Promise<SendOutcome>
  try {
    const prepared = prepare(parts, message, now)
    if (prepared === 'decoy') return end({ kind: 'dropped', code: 'decoy' })
    sendNow = prepared
  } catch (fault) {
    // Nothing has left yet: a key or a text that is missing can be given back to the portal before the message expires.
    parts.log.error(
      { message: message.id, name: message.name, fault: (fault as Error).name },
      'message cannot be prepared',
    )
    return end({ kind: 'deferred', code: 'portal.fault' })
  }
  return end(await within(tryMs, sendNow()))
}

function prepare(parts: DeliveryParts, message: ClaimedMessage, now: Date): 'decoy' | (() => Promise<SendOutcome>) {
  const { id, name, createdAt } = message
  const { to, params, locale } = openPayload(parts.keyring, message.payload)
  if (to === null) return 'decoy'
  if (message.channel === 'mail') {
    const content = parts.render.mail(name, params, locale, to)
    return () => parts.mail.send({ ...content, to, date: createdAt, messageId: `${id}@${parts.render.host}` })
  }
  const text = parts.render.sms(name, params, locale, to)
  const secondsToLive = (message.expiresAt.getTime() - now.getTime()) / 1000
  return () => parts.sms.send({ id, to, text, secondsToLive })
}

async function within(ms: number, sending: Promise<SendOutcome>): Promise<SendOutcome> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<SendOutcome>((resolve) => {
    timer = setTimeout(resolve, ms, { kind: 'unknown', code: 'portal.timeout' })
  })
  const fault = (): SendOutcome => ({ kind: 'unknown', code: 'portal.fault' })
  return Promise.race([sending.catch(fault), late]).finally(() => clearTimeout(timer))
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
