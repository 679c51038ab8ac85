// The header that says which account sent a letter through our server.
// Only the portal can write it and read the account in it.
import { timingSafeEqual } from 'node:crypto'
import { msPerMinute, msPerSecond } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'
import type { TraceBinding } from './trace-binding.ts'
import { bindingOfV1, tagsOfV1 } from './trace-v1.ts'

export const traceHeaderName = 'X-Postern-Trace'

const MAC_PURPOSE = 'abuse.trace'
const ACCOUNT_PURPOSE = 'abuse.trace-account'
const FUTURE_TOLERANCE_MS = 10 * msPerMinute
/** Our server leaves one. Somebody may add thousands, so only a few are examined. */
const MAX_JUDGED = 10

export interface Trace {
  /** The account's address; at most 256 characters. */
  readonly account: string
  readonly queueId: string
  readonly sentAt: Date
}

/** `unbound`: the trace is of an older version, which leaves this open. */
type Compared = 'same' | 'differs' | 'unbound'

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
      /** Differs only on a letter that a mailing list passed on. */
      readonly from: 'same' | 'differs'
      readonly subject: 'same' | 'differs'
      /** Recipients, and what says how to read the body. */
      readonly shown: Compared
      /** `begins-same`: only its beginning was taken. */
      readonly body: 'same' | 'differs' | 'missing' | 'begins-same'
    }

export interface TracedLetter {
  readonly fields: readonly LetterField[]
  readonly body: string
  readonly binding: TraceBinding
  readonly isStart: boolean
}

export function createTraceHeader(keyring: Keyring, trace: Trace, binding: TraceBinding): string {
  if (trace.account.length > 256 || !/^[\x21-\x7e]{1,64}$/.test(trace.queueId))
    throw new Error('a trace needs short plain names')
  const values = {
    v: '2',
    k: keyring.newestKeyId,
    t: String(Math.floor(trace.sentAt.getTime() / 1000)),
    q: Buffer.from(trace.queueId).toString('base64url'),
    a: Buffer.from(keyring.seal(ACCOUNT_PURPOSE, trace.account)).toString('base64url'),
    m: binding.messageId,
    d: binding.date,
    f: binding.from,
    s: binding.subject,
    x: binding.shown,
    b: binding.body,
    p: binding.start,
  }
  const mac = keyring.digest(MAC_PURPOSE, macInput(values)).toString('base64url')
  const tags = Object.entries({ ...values, h: mac }).map(([tag, value]) => `${tag}=${value}`)
  return `${traceHeaderName}: ${fold(tags.join('; '))}`
}

const tagsOfV2 = ['v', 'k', 't', 'q', 'a', 'm', 'd', 'f', 's', 'x', 'b', 'p'] as const

/** Believes the newest trace that the portal made for this letter. Never throws. */
export function readTraces(keyring: Keyring, letter: TracedLetter, now: Date): TraceReading {
  const readings = fieldsNamed(letter.fields, traceHeaderName)
    .slice(0, MAX_JUDGED)
    .map((field) => readTrace(keyring, readTags(field.raw), letter, now))
  const bound = readings.filter((reading) => reading.kind === 'bound')
  // If two accounts sent the letter, the newest trace names the last one.
  const [newest] = bound.sort((one, two) => +two.trace.sentAt - +one.trace.sentAt)
  const notForged = readings.find((reading) => reading.kind !== 'forged')
  return newest ?? notForged ?? readings[0] ?? { kind: 'absent' }
}

/** Looks at the names of the letter alone, so it needs no key and proves nothing. */
export function seemsTraced(fields: readonly LetterField[], binding: TraceBinding): boolean {
  return fieldsNamed(fields, traceHeaderName)
    .slice(0, MAX_JUDGED)
    .some(({ raw }) => {
      const { v, m, d, i } = readTags(raw)
      if (v !== '2') return i === bindingOfV1(fields, '').identity
      return isSameLine(m, binding.messageId) && isSameLine(d, binding.date)
    })
}

// A relay adds a line that the sender left out.
const isSameLine = (sent: string | undefined, found: string) => sent === '' || sent === found

function readTrace(keyring: Keyring, tags: Tags, letter: TracedLetter, now: Date): TraceReading {
  const names = tags.v === '1' ? tagsOfV1 : tagsOfV2
  const values = Object.fromEntries(names.map((name) => [name, tags[name] ?? '']))
  const expected = keyring.digestUnder(tags.k ?? '', MAC_PURPOSE, macInput(values))
  const isKnown = tags.v === '1' || tags.v === '2'
  const isOurs = isKnown && sameMac(expected, Buffer.from(tags.h ?? '', 'base64url'))
  // Security: A trace that was not made under one of our keys names nobody.
  if (!isOurs) return { kind: 'forged' }
  const compared = tags.v === '1' ? compareV1(tags, letter) : compare(tags, letter)
  // Security: A true trace that was copied onto another letter proves nothing.
  if (compared === undefined) return { kind: 'of-another-letter' }
  const sentAt = new Date(Number(tags.t) * msPerSecond)
  if (sentAt.getTime() > now.getTime() + FUTURE_TOLERANCE_MS) return { kind: 'from-future' }
  const decode = (value = '') => Buffer.from(value, 'base64url').toString('latin1')
  const account = keyring.open(ACCOUNT_PURPOSE, decode(tags.a))
  return { kind: 'bound', trace: { account, queueId: decode(tags.q), sentAt }, ...compared }
}

type Comparison = Omit<Extract<TraceReading, { kind: 'bound' }>, 'kind' | 'trace'>

const sameOr = (one: string | undefined, other: string) => (one === other ? 'same' : 'differs')

function compare(
  tags: Tags,
  { fields, body, binding, isStart }: TracedLetter,
): Comparison | undefined {
  const from = isSameLine(tags.f, binding.from) ? 'same' : 'differs'
  const isSame = isSameLine(tags.m, binding.messageId) && isSameLine(tags.d, binding.date)
  // Mailing lists put their own address into the From, so that DMARC lets the letter through.
  if (!isSame || (from === 'differs' && !fields.some(({ name }) => LIST.test(name))))
    return undefined
  const beginsSame = isStart && tags.p === binding.start
  const compared = judgeBody(body, sameOr(tags.b, binding.body), beginsSame)
  // A letter without a name and without a sender is known by its text alone.
  if (!tags.m && !tags.d && !tags.f && compared === 'differs') return undefined
  return {
    from,
    subject: sameOr(tags.s, binding.subject),
    shown: sameOr(tags.x, binding.shown),
    body: compared,
  }
}

const LIST = /^(?:list-(?:id|post|unsubscribe)|mailing-list|x-beenthere|x-mailman-version)$/i

function compareV1(tags: Tags, { fields, body, isStart }: TracedLetter): Comparison | undefined {
  const binding = bindingOfV1(fields, body)
  if (tags.i !== binding.identity) return undefined
  return {
    from: 'same',
    subject: sameOr(tags.s, binding.subject),
    shown: 'unbound',
    body: isStart ? 'missing' : judgeBody(body, sameOr(tags.b, binding.body), false),
  }
}

function judgeBody(body: string, whole: 'same' | 'differs', beginsSame: boolean) {
  if (body.trim() === '') return 'missing'
  return whole === 'differs' && beginsSame ? 'begins-same' : whole
}

type Tags = Readonly<Record<string, string>>

function readTags(raw: string): Tags {
  const text = raw.replace(/\s+/g, '').slice(0, 2000)
  const pairs = text.matchAll(/([a-z])=([\w-]*)/g)
  return Object.fromEntries(Array.from(pairs, ([, tag = '', value = '']) => [tag, value]))
}

const sameMac = (expected: Buffer | null, given: Buffer) =>
  expected !== null && expected.length === given.length && timingSafeEqual(expected, given)

function macInput(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([tag, value]) => `${tag}=${value}`)
    .join(';')
}

function fold(value: string): string {
  return value.replace(/.{1,70}/g, (piece, at: number) => (at === 0 ? piece : `\r\n\t${piece}`))
}
