// The seam between the portal and the gateways that carry its messages.

export interface OutgoingMail {
  /** Stable over all tries of one message, so that a repeat can be recognised: `uuid@domain`, without angle brackets. */
  readonly messageId: string
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Link by which the reader ends such letters, where there is one. */
  readonly unsubscribe?: string
  /** The moment the message was decided on, the same for every try. */
  readonly date: Date
}

export interface OutgoingSms {
  readonly id: string
  /** E.164. */
  readonly to: string
  readonly text: string
  /** After it the gateway gives the message up by itself. */
  readonly secondsToLive: number
  /** Asked right before the request: false once so much time has gone by that another worker may soon take the message over. */
  mayLeave(): boolean
}

/**
 * What became of one try. Nothing is thrown for what a gateway may do.
 * `refused`: never, however often it is tried. `deferred`: surely not taken, try later. `unknown`: it may have been taken.
 * `code` names the answer (`smtp.550`, `twilio.21610`, `net.ECONNREFUSED`) and never holds an address or a text.
 */
export type SendOutcome =
  | { readonly kind: 'accepted'; readonly providerId: string | null }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'deferred'; readonly code: string }
  | { readonly kind: 'unknown'; readonly code: string }

/** An SMS as the gateway has it. */
export interface TakenSms {
  /** The gateway's own id, as `providerId` of an outcome. */
  readonly ticket: string
  readonly to: string
  readonly text: string
}

/**
 * What the gateway took for a number. `unable`: it keeps no such list, and never will say. `deferred`: it did not say now, or not all.
 * `code` as in `SendOutcome`.
 */
export type TakenList =
  | { readonly kind: 'listed'; readonly taken: readonly TakenSms[] }
  | { readonly kind: 'unable'; readonly code: string }
  | { readonly kind: 'deferred'; readonly code: string }

/** Faults of the network that end a try before anything has left. */
export const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
])

interface Transport<Outgoing> {
  /** True where nothing leaves: the message stays in the database and is read in the development outbox. */
  readonly keeps: boolean
  send(outgoing: Outgoing): Promise<SendOutcome>
  close(): void
}

export type MailTransport = Transport<OutgoingMail>
export interface SmsTransport extends Transport<OutgoingSms> {
  /** All that the gateway took for this number since then, whether it has left the gateway or not. Absent where nobody can be asked. */
  listTaken?(to: string, since: Date): Promise<TakenList>
}

/** For development without a gateway: every message is taken and kept. */
export function createKeepingTransport(): MailTransport & SmsTransport {
  return { keeps: true, send: async () => ({ kind: 'accepted', providerId: null }), close() {} }
}

/** For production without a gateway: messages wait until they expire, and each try says why. */
export function createMissingTransport(): MailTransport & SmsTransport {
  const away = async () => ({ kind: 'deferred', code: 'gateway.not-configured' }) as const
  return { keeps: false, send: away, listTaken: away, close() {} }
}
