// Every message of the portal: its name, its channels and its parameters.

import { z } from 'zod'
import { methodIds } from '#server/core/method-ids.ts'

export type Channel = 'mail' | 'sms'

// Security: No message carries text that somebody wrote.
const code = z.string().regex(/^\d{6,8}$/)
const token = z.string().regex(/^[A-Za-z0-9_-]{16,256}$/)
const stopToken = z.string().regex(/^v1\.[0-9a-f]{8}\.[A-Za-z0-9_-]{38,500}$/)
const instant = z.iso.datetime()
const mailbox = z.string().regex(/^[a-z0-9._-]{1,64}@[a-z0-9.-]{1,253}$/)
const reference = z.string().regex(/^[A-Z0-9-]{4,32}$/)
const rowId = z.string().regex(/^\d{1,18}$/)
const decision = z.enum(['lifted', 'kept', 'eased'])
const brake = z.enum(['sms-total', 'sms-prefix', 'registration', 'spraying'])

/** `Minsk, BY`, or the first half of a network: `203.0.…`. Anything else counts as unknown. */
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

/** `Firefox, Windows`. Anybody can forge the User-Agent, so unlisted names are left out. */
const device = z.string().transform((given) =>
  given
    .split(', ')
    .filter((name) => devices.has(name))
    .join(', '),
)

const method = z.enum(methodIds)
const occasion = { mailbox, at: instant, device, place }
const undo = {
  /** `null` for a reader who must not get the link: a contact that was just added. */
  undoToken: token.nullable(),
  /** What the link can do. Messages older than this field promise the least. */
  undoPower: z.enum(['restore', 'new-password', 'end-sessions']).default('end-sessions'),
}

/** `expiresAt` ends the sending. Tokens become links under `BASE_URL` at rendering. */
export const catalogue = {
  'backup-address-code': {
    channels: ['mail'],
    /** `stopToken` is `null` if the address is linked already. */
    params: z.strictObject({
      code,
      expiresAt: instant,
      stopToken: stopToken.nullable().default(null),
    }),
  },
  'phone-code': { channels: ['sms'], params: z.strictObject({ code, expiresAt: instant }) },
  'recovery-link': {
    channels: ['mail'],
    params: z.strictObject({ token, expiresAt: instant, ...occasion }),
  },
  'recovery-code': { channels: ['sms'], params: z.strictObject({ code, expiresAt: instant }) },
  'password-changed': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...occasion, ...undo }),
  },
  'password-reset': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...occasion, method: z.enum([...method.options, 'undo']), ...undo }),
  },
  'password-reset-held': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...occasion, takesEffectAt: instant, ...undo }),
  },
  'password-reset-stopped': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...occasion, by: z.enum(['owner', 'service']), ...undo }),
  },
  'undo-used': { channels: ['mail', 'sms'], params: z.strictObject({ ...occasion, ...undo }) },
  'recovery-method-added': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...occasion, method, ...undo }),
  },
  'recovery-method-changed': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...occasion, method, ...undo }),
  },
  'recovery-method-removed': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...occasion, method, ...undo }),
  },
  'new-device': { channels: ['mail', 'sms'], params: z.strictObject({ ...occasion, ...undo }) },
  'guessing-noticed': {
    channels: ['mail'],
    params: z.strictObject({ ...occasion, what: z.enum(['sign-in', 'recovery']) }),
  },
  'app-password-created': { channels: ['mail'], params: z.strictObject({ ...occasion, ...undo }) },
  'app-password-revoked': {
    channels: ['mail'],
    params: z.strictObject({ ...occasion, extent: z.enum(['one', 'all']), ...undo }),
  },
  /** To the holder of a contact that somebody else has proven to have, who is not described. */
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
  'brake-alert': { channels: ['mail'], params: z.strictObject({ brake, at: instant }) },
} as const satisfies Record<string, { channels: readonly Channel[]; params: z.ZodType }>

export type MessageName = keyof typeof catalogue
export type BrakeName = z.output<typeof brake>
export const brakeNames: readonly BrakeName[] = brake.options
export type MessageParams<N extends MessageName> = z.input<(typeof catalogue)[N]['params']>
export type CheckedParams<N extends MessageName> = z.output<(typeof catalogue)[N]['params']>

/** @throws ZodError for wrong parameters, a fault of the caller */
export function checkParams<N extends MessageName>(
  name: N,
  params: MessageParams<N>,
): CheckedParams<N> {
  return catalogue[name].params.parse(params) as CheckedParams<N>
}

export function isMessageName(name: string): name is MessageName {
  return Object.hasOwn(catalogue, name)
}
