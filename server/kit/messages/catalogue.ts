// Every message that the portal can send: its name, where it may go, and what it needs to know.

import { z } from 'zod'

export type Channel = 'mail' | 'sms'

// Security: no message carries text that somebody wrote: parameters are digits, tokens, moments, identifiers and closed lists.
const code = z.string().regex(/^\d{6,8}$/)
const token = z.string().regex(/^[A-Za-z0-9_-]{16,256}$/)
/** A sealed address: as long as that makes it. */
const stopToken = z.string().regex(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{38,500}$/)
const instant = z.iso.datetime()
const mailbox = z.string().regex(/^[a-z0-9._-]{1,64}@[a-z0-9.-]{1,253}$/)
const reference = z.string().regex(/^[A-Z0-9-]{4,32}$/)
const rowId = z.string().regex(/^\d{1,18}$/)
const decision = z.enum(['lifted', 'kept', 'eased'])
const brake = z.enum(['sms-total', 'sms-prefix', 'registration', 'spraying'])

/** `Minsk, BY`, or the first half of a network: `203.0.…`. Anything else is taken for unknown. */
const place = z
  .string()
  .transform((given) =>
    /^(?:[\p{L}\p{M} .'’()-]{1,60}, )?[A-Z]{2}$|^[0-9a-f.:]{1,20}…$/u.test(given) ? given : '',
  )

const devices = new Set(
  [
    ['Chrome', 'Chromium', 'Firefox', 'Internet Explorer', 'Microsoft Edge', 'Opera', 'Safari'],
    ['Samsung Internet for Android', 'UC Browser', 'Vivaldi', 'Yandex Browser'],
    ['Android', 'Chrome OS', 'HarmonyOS', 'iOS', 'Linux', 'macOS', 'Windows'],
  ].flat(),
)

/** `Firefox, Windows`. It comes from a browser's own words, which anybody can forge: names that are not listed are left out. */
const device = z.string().transform((given) =>
  given
    .split(', ')
    .filter((name) => devices.has(name))
    .join(', '),
)

const method = z.enum(['backup-address', 'phone', 'security-question'])
/** `device` and `place` are those of the request's trace. */
const told = { mailbox, at: instant, device, place }
const undo = {
  /** `null` where the reader is not to be trusted with it: the contact that was just added. */
  undoToken: token.nullable(),
  /** What the link can do, so that no message promises more. Messages that were written before it was told promise the least. */
  undoPower: z.enum(['restore', 'new-password', 'end-sessions']).default('end-sessions'),
}

/**
 * Codes and links carry the moment they die in `expiresAt`; a message that is still waiting then is not sent any more.
 * Tokens become links under `BASE_URL` when the message is rendered, so no caller can lead a reader elsewhere.
 */
export const catalogue = {
  'backup-address-code': {
    channels: ['mail'],
    /** `stopToken`: `null` where the address is linked already. */
    params: z.strictObject({
      code,
      expiresAt: instant,
      stopToken: stopToken.nullable().default(null),
    }),
  },
  'phone-code': { channels: ['sms'], params: z.strictObject({ code, expiresAt: instant }) },
  'recovery-link': {
    channels: ['mail'],
    params: z.strictObject({ token, expiresAt: instant, ...told }),
  },
  'recovery-code': { channels: ['sms'], params: z.strictObject({ code, expiresAt: instant }) },
  'password-changed': { channels: ['mail', 'sms'], params: z.strictObject({ ...told, ...undo }) },
  'password-reset': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, method: z.enum([...method.options, 'undo']), ...undo }),
  },
  'password-reset-held': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, takesEffectAt: instant, ...undo }),
  },
  'password-reset-stopped': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, by: z.enum(['owner', 'service']), ...undo }),
  },
  'undo-used': { channels: ['mail', 'sms'], params: z.strictObject({ ...told, ...undo }) },
  'recovery-method-added': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, method, ...undo }),
  },
  'recovery-method-changed': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, method, ...undo }),
  },
  'recovery-method-removed': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, method, ...undo }),
  },
  'new-device': { channels: ['mail', 'sms'], params: z.strictObject({ ...told, ...undo }) },
  'guessing-noticed': {
    channels: ['mail'],
    params: z.strictObject({ ...told, what: z.enum(['sign-in', 'recovery']) }),
  },
  'app-password-created': { channels: ['mail'], params: z.strictObject({ ...told, ...undo }) },
  'app-password-revoked': {
    channels: ['mail'],
    params: z.strictObject({ ...told, extent: z.enum(['one', 'all']), ...undo }),
  },
  /** To the holder of a contact that somebody else has shown to have. It tells nothing of the other one. */
  'contact-doubted': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ mailbox, at: instant, method: z.enum(['backup-address', 'phone']) }),
  },
  'account-blocked': {
    channels: ['mail', 'sms'],
    params: z.strictObject({
      mailbox,
      at: instant,
      extent: z.enum(['limited', 'send', 'login', 'all', 'compromised']),
      cause: z.enum([
        'spam',
        'phishing',
        'malware',
        'fraud',
        'harassment',
        'compromised',
        'other',
        'operator',
      ]),
      until: instant.nullable(),
      appealToken: token.nullable(),
    }),
  },
  'account-unblocked': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ mailbox, at: instant }),
  },
  'report-received': {
    channels: ['mail'],
    params: z.strictObject({ reference, progressToken: token }),
  },
  'report-closed': {
    channels: ['mail'],
    params: z.strictObject({
      reference,
      outcome: z.enum(['measure-taken', 'no-breach', 'not-ours', 'not-enough']),
      progressToken: token,
    }),
  },
  'report-source-wanted': { channels: ['mail'], params: z.strictObject({}) },
  'appeal-received': {
    channels: ['mail'],
    params: z.strictObject({ mailbox, reference, at: instant }),
  },
  'appeal-decided': {
    channels: ['mail'],
    params: z.strictObject({ mailbox, reference, at: instant, decision }),
  },
  /** To the staff whose measure it was. It names no mailbox. */
  'appeal-outcome': {
    channels: ['mail'],
    params: z.strictObject({ reference, appealId: rowId, decision }),
  },
  /** To the operator. */
  'brake-alert': { channels: ['mail'], params: z.strictObject({ brake, at: instant }) },
} as const satisfies Record<string, { channels: readonly Channel[]; params: z.ZodType }>

export type MessageName = keyof typeof catalogue
/** A limit that guards the whole service, not one account. */
export type BrakeName = z.output<typeof brake>
export const brakeNames: readonly BrakeName[] = brake.options
/** What a sender hands in. */
export type MessageParams<N extends MessageName> = z.input<(typeof catalogue)[N]['params']>
/** What a view gets. */
export type CheckedParams<N extends MessageName> = z.output<(typeof catalogue)[N]['params']>

/** @throws ZodError where the parameters are not what the catalogue says: a fault of the caller, never of a visitor. */
export function checkParams<N extends MessageName>(
  name: N,
  params: MessageParams<N>,
): CheckedParams<N> {
  return catalogue[name].params.parse(params) as CheckedParams<N>
}

export function isMessageName(name: string): name is MessageName {
  return Object.hasOwn(catalogue, name)
}
