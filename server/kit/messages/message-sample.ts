// A sample of a mail or SMS, and the parameters that most of them share.
import { sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import type { MessageName, MessageParams } from './catalogue.ts'

export interface MessageSample {
  readonly name: MessageName
  readonly state: string
  readonly params: object
}

/** Parameters of samples, by message and by the sample's state. */
export type MessageSamples = {
  readonly [N in MessageName]?: Readonly<Record<string, MessageParams<N>>>
}

/** As long as a real token, because the length decides where a link breaks into lines. */
export const sampleToken = 'no-real-token-and-its-link-leads-nowhere-at'
export const sampleStopToken =
  'v1.01234567.no-real-token-and-its-link-leads-nowhere-at-all-but-is-as-long-as-one'
const token = sampleToken
export const at = sampleMoment(0).toISOString()
export const later = sampleMoment(-1).toISOString()
export const mailbox = sampleAddress
export const occasion = { mailbox, at, device: 'Firefox, Android', place: 'Minsk, BY' }
/** For a phone that was replaced: an SMS without links shows it as a code. */
export const typedToken = 'abcd2345efgh6789'
/** A contact, a mailbox without contacts, any other reader: their undo links do ever less. */
export const undo = { ...occasion, undoToken: token, undoPower: 'restore' } as const
export const alone = { ...undo, undoPower: 'new-password' } as const
export const weak = { ...undo, undoPower: 'end-sessions' } as const
const methods = ['backup-address', 'phone', 'security-question'] as const

export function byWord<W extends string, P>(
  words: readonly W[],
  paramsOf: (word: W) => P,
): Record<string, P> {
  return Object.fromEntries(words.map((word) => [word, paramsOf(word)]))
}

export function byMethod<P extends object>(params: P) {
  return byWord(methods, (method) => ({ ...params, method }))
}
