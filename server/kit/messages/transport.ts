// What the portal asks of gateways, and what they may answer.

export interface OutgoingMail {
  /** `uuid@domain` without angle brackets, the same for all tries of a message. */
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** A PNG that the HTML names `cid:logo`. */
  readonly logo?: Buffer
  /** Link by which the reader stops such letters. */
  readonly unsubscribe?: string
  /** When the message was decided on; the same for every try. */
  readonly date: Date
}

export interface OutgoingSms {
  readonly id: string
  /** E.164. */
  readonly to: string
  readonly text: string
  /** After this time the gateway gives the message up. */
  readonly secondsToLive: number
  /** False if another worker may soon take over. Call it right before. */
  mayLeave(): boolean
}

/**
 * `refused`: never to be tried again. `deferred`: surely not taken, try later. `unknown`: perhaps
 * taken. `code` (`smtp.550`, `twilio.21610`, `net.ECONNREFUSED`) never holds an address or a text.
 */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly providerId: string | null }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'deferred'; readonly code: string }
  | { readonly kind: 'unknown'; readonly code: string }

export interface TakenSms {
  /** The gateway's own id, `providerId` in an outcome. */
  readonly ticket: string
  readonly to: string
  readonly text: string
}

/** `unable`: the gateway keeps no list. `deferred`: none now, or a part. */
export type TakenList =
  | { readonly kind: 'listed'; readonly taken: readonly TakenSms[] }
  | { readonly kind: 'unable'; readonly code: string }
  | { readonly kind: 'deferred'; readonly code: string }

/** Network faults that end a try before anything has left. */
export const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
])

interface Transport<Outgoing> {
  /** True if nothing leaves: messages stay for the development outbox. */
  readonly keeps: boolean
  send(outgoing: Outgoing): Promise<SendOutcome>
  close(): void
}

export type MailTransport = Transport<OutgoingMail>
export interface SmsTransport extends Transport<OutgoingSms> {
  /** All that the gateway took since then. Absent if it cannot be asked. */
  listTaken?(to: string, since: Date): Promise<TakenList>
}

/** For development: takes and keeps every message. */
export function createKeepingTransport(): MailTransport & SmsTransport {
  return { keeps: true, send: async () => ({ kind: 'accepted', providerId: null }), close() {} }
}

/** For production without a gateway: messages wait until they expire. */
export function createMissingTransport(): MailTransport & SmsTransport {
  const away = async () => ({ kind: 'deferred', code: 'gateway.not-configured' }) as const
  return { keeps: false, send: away, listTaken: away, close() {} }
}
