/**
 * The keyed header by which our submission server vouches for a letter: which account sent it, when, and which letter it was.
 * Only we can write it, only we can read the account in it, and it is worth nothing on another letter.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { msPerMinute } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'

export const traceHeaderName = 'X-Postern-Trace'

const MAC_PURPOSE = 'abuse.trace'
const ACCOUNT_PURPOSE = 'abuse.trace-account'
const FUTURE_TOLERANCE_MS = 10 * msPerMinute
/** Our server writes one; the rest are somebody's additions, of which a few are looked at. */
const MAX_JUDGED = 10

/** What ties a trace to its letter: digests of the fields as they were sent, blanks apart, and of the relaxed body. */
export interface TraceBinding {
  /** Message-ID, From and Date. */
  readonly identity: string
  readonly subject: string
  readonly body: string
}

export interface Trace {
  /** The account's handle as the submission server knows it, at most 256 characters. */
  readonly account: string
  readonly queueId: string
  readonly sentAt: Date
}

export type TraceReading =
  | { readonly kind: 'absent' }
  /** Not made by us, changed, or made under a key that is no longer listed. */
  | { readonly kind: 'forged' }
  /** Made by us for a letter with another Message-ID, From or Date. */
  | { readonly kind: 'of-another-letter' }
  | { readonly kind: 'from-future' }
  | {
      readonly kind: 'bound'
      readonly trace: Trace
      readonly subject: 'same' | 'differs'
      readonly body: 'same' | 'differs' | 'missing'
    }

/** The whole header line, folded, without a line end. The submission server removes any such header that a client sent. */
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

/** Reads every trace of a letter and believes the newest that is ours and made for this letter. Never throws. */
export function readTraces(
  keyring: Keyring,
  fields: readonly LetterField[],
  body: string | null,
  now: Date,
): TraceReading {
  const readings = fieldsNamed(fields, traceHeaderName)
    .slice(0, MAX_JUDGED)
    .map((field) =>
      readTrace(keyring, field.raw, bindingOf(fields, body ?? ''), body !== null, now),
    )
  const bound = readings.filter((reading) => reading.kind === 'bound')
  // A letter sent on by a second account of ours carries two; the newest tells who sent it last.
  const newest = bound.sort(
    (one, two) => two.trace.sentAt.getTime() - one.trace.sentAt.getTime(),
  )[0]
  return (
    newest ??
    readings.find((reading) => reading.kind !== 'forged') ??
    readings[0] ?? { kind: 'absent' }
  )
}

/** @param body latin1 characters with CRLF line ends. */
export function bindingOf(fields: readonly LetterField[], body: string): TraceBinding {
  // Every From counts: a second one, which some program would show instead, is another letter.
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
  const tags = new Map(
    Array.from(
      raw
        .replace(/\s+/g, '')
        .slice(0, 2000)
        .matchAll(/([a-z])=([\w-]*)/g),
      ([, tag, value]) => [tag, value],
    ),
  )
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
  const given = Buffer.from(tag('h'), 'base64url')
  // Security: a trace that was not made under one of our keys names nobody.
  if (
    values.v !== '1' ||
    expected === null ||
    expected.length !== given.length ||
    !timingSafeEqual(expected, given)
  )
    return { kind: 'forged' }
  // Security: a true trace that was copied onto another letter proves nothing.
  if (values.i !== binding.identity) return { kind: 'of-another-letter' }
  const sentAt = new Date(Number(values.t) * 1000)
  if (sentAt.getTime() > now.getTime() + FUTURE_TOLERANCE_MS) return { kind: 'from-future' }
  const account = keyring.open(
    ACCOUNT_PURPOSE,
    Buffer.from(values.a, 'base64url').toString('latin1'),
  )
  return {
    kind: 'bound',
    trace: { account, queueId: Buffer.from(values.q, 'base64url').toString('latin1'), sentAt },
    subject: values.s === binding.subject ? 'same' : 'differs',
    body: !hasBody ? 'missing' : values.b === binding.body ? 'same' : 'differs',
  }
}

function macInput(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([tag, value]) => `${tag}=${value}`)
    .join(';')
}

function digest(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('base64url')
}

// RFC 6376 3.4.4: what relays may do to blanks does not make it another letter.
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
