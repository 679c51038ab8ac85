// The header that says which account sent a letter through our server.
// Only the portal can write it and read the account in it.
import { createHash, timingSafeEqual } from 'node:crypto'
import { msPerMinute, msPerSecond } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'

export const traceHeaderName = 'X-Postern-Trace'

const MAC_PURPOSE = 'abuse.trace'
const ACCOUNT_PURPOSE = 'abuse.trace-account'
const FUTURE_TOLERANCE_MS = 10 * msPerMinute
/** Our server leaves one. Somebody may add thousands, so only a few are examined. */
const MAX_JUDGED = 10

/** Digests that tie a trace to its letter. Blanks do not count, since relays change them. */
export interface TraceBinding {
  /** Message-ID, From and Date. */
  readonly identity: string
  readonly subject: string
  readonly body: string
}

export interface Trace {
  /** The account's address; at most 256 characters. */
  readonly account: string
  readonly queueId: string
  readonly sentAt: Date
}

export type TraceReading =
  | { readonly kind: 'absent' }
  /** Not made by us, changed, or made under a key that is no longer listed. */
  | { readonly kind: 'forged' }
  /** Made by the portal for a letter with another Message-ID, From or Date. */
  | { readonly kind: 'of-another-letter' }
  | { readonly kind: 'from-future' }
  | {
      readonly kind: 'bound'
      readonly trace: Trace
      readonly subject: 'same' | 'differs'
      readonly body: 'same' | 'differs' | 'missing'
    }

export function createTraceHeader(keyring: Keyring, trace: Trace, binding: TraceBinding): string {
  if (trace.account.length > 256 || !/^[\x21-\x7e]{1,64}$/.test(trace.queueId))
    throw new Error('a trace needs short plain names')
  const values = {
    v: '1',
    k: keyring.newestKeyId,
    t: String(Math.floor(trace.sentAt.getTime() / 1000)),
    q: Buffer.from(trace.queueId).toString('base64url'),
    a: Buffer.from(keyring.seal(ACCOUNT_PURPOSE, trace.account)).toString('base64url'),
    i: binding.identity,
    s: binding.subject,
    b: binding.body,
  }
  const mac = keyring.digest(MAC_PURPOSE, macInput(values)).toString('base64url')
  const tags = Object.entries({ ...values, h: mac }).map(([tag, value]) => `${tag}=${value}`)
  return `${traceHeaderName}: ${fold(tags.join('; '))}`
}

/** Believes the newest trace that the portal made for this letter. Never throws. */
export function readTraces(
  keyring: Keyring,
  fields: readonly LetterField[],
  body: string | null,
  now: Date,
): TraceReading {
  const binding = bindingOf(fields, body ?? '')
  const readings = fieldsNamed(fields, traceHeaderName)
    .slice(0, MAX_JUDGED)
    .map((field) => readTrace(keyring, field.raw, binding, body !== null, now))
  const bound = readings.filter((reading) => reading.kind === 'bound')
  // If two accounts sent the letter, the newest trace names the last one.
  const [newest] = bound.sort((one, two) => +two.trace.sentAt - +one.trace.sentAt)
  const notForged = readings.find((reading) => reading.kind !== 'forged')
  return newest ?? notForged ?? readings[0] ?? { kind: 'absent' }
}

/** @param body latin1 characters with CRLF line ends. */
export function bindingOf(fields: readonly LetterField[], body: string): TraceBinding {
  // All From lines count: some mail programs show the second one.
  const all = (name: string) =>
    fieldsNamed(fields, name)
      .map((field) => field.raw.replace(/\s+/g, ''))
      .join('\n')
  return {
    identity: digest(['message-id', 'from', 'date'].map(all).join('\n\n')),
    subject: digest(all('subject')),
    body: digest(relaxBody(body)),
  }
}

function readTrace(
  keyring: Keyring,
  raw: string,
  binding: TraceBinding,
  hasBody: boolean,
  now: Date,
): TraceReading {
  const text = raw.replace(/\s+/g, '').slice(0, 2000)
  const pairs = text.matchAll(/([a-z])=([\w-]*)/g)
  const tags = new Map(Array.from(pairs, ([, tag, value]) => [tag, value]))
  const tag = (name: string) => tags.get(name) ?? ''
  const values = {
    v: tag('v'),
    k: tag('k'),
    t: tag('t'),
    q: tag('q'),
    a: tag('a'),
    i: tag('i'),
    s: tag('s'),
    b: tag('b'),
  }
  const expected = keyring.digestUnder(values.k, MAC_PURPOSE, macInput(values))
  const isOurs = values.v === '1' && sameMac(expected, Buffer.from(tag('h'), 'base64url'))
  // Security: A trace that was not made under one of our keys names nobody.
  if (!isOurs) return { kind: 'forged' }
  // Security: A true trace that was copied onto another letter proves nothing.
  if (values.i !== binding.identity) return { kind: 'of-another-letter' }
  const sentAt = new Date(Number(values.t) * msPerSecond)
  if (sentAt.getTime() > now.getTime() + FUTURE_TOLERANCE_MS) return { kind: 'from-future' }
  const decode = (value: string) => Buffer.from(value, 'base64url').toString('latin1')
  const account = keyring.open(ACCOUNT_PURPOSE, decode(values.a))
  const sameBody = values.b === binding.body ? 'same' : 'differs'
  return {
    kind: 'bound',
    trace: { account, queueId: decode(values.q), sentAt },
    subject: values.s === binding.subject ? 'same' : 'differs',
    body: hasBody ? sameBody : 'missing',
  }
}

const sameMac = (expected: Buffer | null, given: Buffer) =>
  expected !== null && expected.length === given.length && timingSafeEqual(expected, given)

function macInput(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([tag, value]) => `${tag}=${value}`)
    .join(';')
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('base64url')
}

// RFC 6376, 3.4.4: relays may change blanks in a body.
function relaxBody(body: string): string {
  return body
    .replace(/[ \t]+/g, ' ')
    .replaceAll(' \r\n', '\r\n')
    .replace(/ $/, '')
    .trimEnd()
}

function fold(value: string): string {
  return value.replace(/.{1,70}/g, (piece, at: number) => (at === 0 ? piece : `\r\n\t${piece}`))
}
