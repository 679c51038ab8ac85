// Gives one message to its gateway. Never throws.
import type { Db } from '#db/connection.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { openPayload } from './payload.ts'
import type { RenderMessage } from './rendering/render.ts'
import type { MessageParts } from './send-message.ts'
import type { ClaimedMessage } from './store.ts'
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
  /** Default `staleAfterMs`. Tests shorten it, and the waits between tries with it. */
  readonly staleMs?: number
}

/** If a try takes longer, its answer counts as lost. */
const tryMs = 45_000

/** After this time the worker of an unfinished try counts as dead. */
export const staleAfterMs = msPerMinute
export const staleMsOf = ({ staleMs }: Pick<DeliveryParts, 'staleMs'>): number =>
  staleMs ?? staleAfterMs

/** The gateway is asked after this time: by then it lists what it took. */
export const askAfterMs = 5000
export const askMsOf = (parts: Pick<DeliveryParts, 'staleMs'>): number =>
  askAfterMs * (staleMsOf(parts) / staleAfterMs)

export type Try = {
  readonly outcome: SendOutcome | { kind: 'dropped'; code: string }
  readonly kept: boolean
}

export async function tryMessage(
  parts: DeliveryParts,
  message: ClaimedMessage,
  now: Date,
): Promise<Try> {
  const end = (outcome: Try['outcome']): Try => ({
    outcome,
    kept: outcome.kind === 'accepted' && parts[message.channel].keeps,
  })
  if (now >= message.expiresAt) return end({ kind: 'dropped', code: 'expired' })
  let sendNow: () => Promise<SendOutcome>
  try {
    const prepared = await prepare(parts, message, now)
    if (prepared === 'decoy') return end({ kind: 'dropped', code: 'decoy' })
    sendNow = prepared
  } catch (fault) {
    // A missing key or text may come back before the message expires.
    parts.log.error(
      { message: message.id, name: message.name, fault: (fault as Error).name },
      'message cannot be prepared',
    )
    return end({ kind: 'deferred', code: 'portal.fault' })
  }
  return end(await within(tryMs, sendNow()))
}

async function prepare(
  parts: DeliveryParts,
  message: ClaimedMessage,
  now: Date,
): Promise<'decoy' | (() => Promise<SendOutcome>)> {
  const { id, name, createdAt } = message
  const { to, params, locale, greeted } = openPayload(parts.keyring, message.payload)
  if (to === null) return 'decoy'
  if (message.channel === 'mail') {
    const content = await parts.render.mail(name, params, locale, to, greeted)
    return () =>
      parts.mail.send({ ...content, to, date: createdAt, messageId: `${id}@${parts.render.host}` })
  }
  const text = await parts.render.sms(name, params, locale, to)
  const secondsToLive = (message.expiresAt.getTime() - now.getTime()) / 1000
  // Security: A worker that was held up sends no SMS that another worker may have taken over.
  const mayLeave = () => parts.clock.now().getTime() - now.getTime() < staleMsOf(parts) / 2
  return () => parts.sms.send({ id, to, text, secondsToLive, mayLeave })
}

async function within(ms: number, sending: Promise<SendOutcome>): Promise<SendOutcome> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<SendOutcome>((resolve) => {
    timer = setTimeout(resolve, ms, { kind: 'unknown', code: 'portal.timeout' })
  })
  const fault = (): SendOutcome => ({ kind: 'unknown', code: 'portal.fault' })
  return Promise.race([sending.catch(fault), late]).finally(() => clearTimeout(timer))
}
