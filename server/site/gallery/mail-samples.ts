// A sample of every mail and SMS for each value of its parameters.
import {
  brakeNames,
  type CheckedParams,
  catalogue,
  checkParams,
  type MessageName,
  type MessageParams,
} from '#server/kit/messages/catalogue.ts'
import { sampleAddress, sampleMoment } from './sample.ts'

export interface MessageSample {
  readonly name: MessageName
  /** Distinguishes the samples of one message. */
  readonly state: string
  readonly params: object
}

/** As long as a real token, because the length decides how a link breaks. */
export const sampleToken = 'no-real-token-and-its-link-leads-nowhere-at'
export const sampleStopToken =
  'v1.01234567.no-real-token-and-its-link-leads-nowhere-at-all-but-is-as-long-as-one'
const token = sampleToken
const at = sampleMoment(0).toISOString()
const later = sampleMoment(-1).toISOString()
const mailbox = sampleAddress
const told = { mailbox, at, device: 'Firefox, Android', place: 'Minsk, BY' }
const undo = { ...told, undoToken: token, undoPower: 'restore' } as const
const alone = { ...undo, undoPower: 'new-password' } as const
const weak = { ...undo, undoPower: 'end-sessions' } as const
const methods = ['backup-address', 'phone', 'security-question'] as const

const states: { readonly [N in MessageName]: Readonly<Record<string, MessageParams<N>>> } = {
  'backup-address-code': {
    sent: { code: '004217', expiresAt: later, stopToken: sampleStopToken },
    linked: { code: '004217', expiresAt: later, stopToken: null },
  },
  'phone-code': { sent: { code: '004217', expiresAt: later } },
  'recovery-link': { sent: { ...told, token, expiresAt: later } },
  'recovery-code': { sent: { code: '00421799', expiresAt: later } },
  'password-changed': { undo, alone, weak, plain: { ...told, undoToken: null } },
  'password-reset': {
    ...byMethod(undo),
    undo: { ...undo, method: 'undo' },
    weak: { ...weak, method: 'phone' },
  },
  'password-reset-held': {
    undo: { ...undo, takesEffectAt: sampleMoment(-72).toISOString() },
    weak: { ...weak, takesEffectAt: sampleMoment(-72).toISOString() },
  },
  'password-reset-stopped': {
    undo: { ...undo, by: 'owner' },
    weak: { ...weak, by: 'owner' },
    service: { ...weak, device: '', place: '', by: 'service' },
  },
  'undo-used': { undo, weak },
  'recovery-method-added': {
    ...byMethod(undo),
    weak: { ...weak, method: 'phone' },
    plain: { ...told, method: 'phone', undoToken: null },
  },
  'recovery-method-changed': { ...byMethod(undo), weak: { ...weak, method: 'phone' } },
  'recovery-method-removed': { ...byMethod(undo), weak: { ...weak, method: 'phone' } },
  'new-device': { undo, weak, plain: { ...told, device: '', place: '203.0.…', undoToken: null } },
  'guessing-noticed': byWord(['sign-in', 'recovery'], (what) => ({ ...told, what })),
  'app-password-created': { undo, weak, plain: { ...told, undoToken: null } },
  'app-password-revoked': {
    one: { ...undo, extent: 'one' },
    all: { ...undo, extent: 'all' },
    weak: { ...weak, extent: 'one' },
    plain: { ...told, extent: 'one', undoToken: null },
  },
  'contact-doubted': byWord(['backup-address', 'phone'], (method) => ({ mailbox, at, method })),
  'account-blocked': {
    limited: { mailbox, at, extent: 'limited', cause: 'spam', until: null, appealToken: null },
    send: { mailbox, at, extent: 'send', cause: 'phishing', until: later, appealToken: token },
    login: { mailbox, at, extent: 'login', cause: 'malware', until: null, appealToken: null },
    all: { mailbox, at, extent: 'all', cause: 'fraud', until: later, appealToken: token },
    compromised: {
      mailbox,
      at,
      extent: 'compromised',
      cause: 'other',
      until: null,
      appealToken: null,
    },
    operator: { mailbox, at, extent: 'all', cause: 'operator', until: null, appealToken: null },
  },
  'account-unblocked': { lifted: { mailbox, at } },
  'report-received': { received: { reference: 'R-4711', progressToken: token } },
  'report-closed': byWord(['measure-taken', 'no-breach', 'not-ours', 'not-enough'], (outcome) => ({
    reference: 'R-4711',
    progressToken: token,
    outcome,
  })),
  'report-source-wanted': { sent: {} },
  'appeal-received': { received: { mailbox, reference: 'A-1234', at } },
  'appeal-decided': byWord(['lifted', 'kept', 'eased'], (decision) => ({
    mailbox,
    reference: 'A-1234',
    at,
    decision,
  })),
  'appeal-outcome': byWord(['lifted', 'kept', 'eased'], (decision) => ({
    reference: 'A-1234',
    appealId: '7',
    decision,
  })),
  'brake-alert': byWord(brakeNames, (brake) => ({ brake, at })),
}

export const messageSamples: readonly MessageSample[] = Object.entries(states).flatMap(
  ([name, each]) =>
    Object.entries(each).map(([state, params]) => ({ name: name as MessageName, state, params })),
)

/** Without SMS, which have no layout. */
export const mailSamples = messageSamples.filter(({ name }) =>
  (catalogue[name].channels as readonly string[]).includes('mail'),
)

export const findMailSample = (name: string, state: string): MessageSample | undefined =>
  mailSamples.find((sample) => sample.name === name && sample.state === state)

/** The parameters that the views get from the worker. */
export const paramsOf = ({ name, params }: MessageSample): CheckedParams<MessageName> =>
  checkParams(name, params as never)

function byWord<W extends string, P>(
  words: readonly W[],
  paramsOf: (word: W) => P,
): Record<string, P> {
  return Object.fromEntries(words.map((word) => [word, paramsOf(word)]))
}

function byMethod<P extends object>(params: P) {
  return byWord(methods, (method) => ({ ...params, method }))
}
