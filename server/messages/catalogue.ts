// Every message that the portal can send: its name, where it may go, and what it needs to know.

import { z } from 'zod'

export type Channel = 'mail' | 'sms'

// Security: no message carries text that somebody wrote: parameters are digits, tokens, moments, identifiers and closed lists.
const code = z.string().regex(/^\d{6,8}$/)
const token = z.string().regex(/^[A-Za-z0-9_-]{16,256}$/)
const instant = z.iso.datetime()
const mailbox = z.string().regex(/^[a-z0-9._-]{1,64}@[a-z0-9.-]{1,253}$/)
const reference = z.string().regex(/^[A-Z0-9-]{4,32}$/)

/** Roughly where: a country (ISO 3166-1 alpha-2), a network (`203.0.113.0/24`), both, or neither where nothing is known. */
const place = z.strictObject({
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  network: z
    .string()
    .regex(/^[0-9a-fA-F.:]{2,45}\/\d{1,3}$/)
    .optional(),
})

export const browsers = [
  'Chrome',
  'Edge',
  'Firefox',
  'Opera',
  'Safari',
  'Samsung Internet',
  'Vivaldi',
  'Yandex Browser',
]
export const systems = ['Android', 'ChromeOS', 'iOS', 'iPadOS', 'Linux', 'macOS', 'Windows']
const oneOf = (known: readonly string[]) =>
  z.string().transform((given) => known.find((name) => name.toLowerCase() === given.toLowerCase()) ?? null)

/** As read from a browser's own words, which anybody can forge: names that are not on the lists above become `null`. */
const device = z.strictObject({ browser: oneOf(browsers), system: oneOf(systems) })

const method = z.enum(['backup-address', 'phone', 'security-question'])
const told = { mailbox, at: instant, where: place }

/**
 * Codes and links carry the moment they die in `expiresAt`; a message that is still waiting then is not sent any more.
 * Tokens become links under `BASE_URL` when the message is rendered, so no caller can lead a reader elsewhere.
 */
export const catalogue = {
  'backup-address-code': { channels: ['mail'], params: z.strictObject({ code, expiresAt: instant }) },
  'phone-code': { channels: ['sms'], params: z.strictObject({ code, expiresAt: instant }) },
  'recovery-link': { channels: ['mail'], params: z.strictObject({ token, expiresAt: instant, ...told }) },
  'recovery-code': { channels: ['sms'], params: z.strictObject({ code, expiresAt: instant }) },
  'password-changed': { channels: ['mail', 'sms'], params: z.strictObject({ ...told, undoToken: token }) },
  'password-reset': { channels: ['mail', 'sms'], params: z.strictObject({ ...told, method, undoToken: token }) },
  'password-reset-held': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, takesEffectAt: instant, undoToken: token }),
  },
  'recovery-method-added': { channels: ['mail', 'sms'], params: z.strictObject({ ...told, method, undoToken: token }) },
  'recovery-method-changed': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, method, undoToken: token }),
  },
  'recovery-method-removed': {
    channels: ['mail', 'sms'],
    params: z.strictObject({ ...told, method, undoToken: token }),
  },
  'new-device': { channels: ['mail', 'sms'], params: z.strictObject({ ...told, device, undoToken: token }) },
  welcome: { channels: ['mail'], params: z.strictObject({ mailbox }) },
  'account-blocked': {
    channels: ['mail', 'sms'],
    params: z.strictObject({
      mailbox,
      at: instant,
      extent: z.enum(['limited', 'send', 'login', 'all', 'compromised']),
      cause: z.enum(['spam', 'phishing', 'malware', 'fraud', 'harassment', 'compromised', 'other']),
      until: instant.nullable(),
      appealToken: token.nullable(),
    }),
  },
  'account-unblocked': { channels: ['mail', 'sms'], params: z.strictObject({ mailbox, at: instant }) },
  'report-received': { channels: ['mail'], params: z.strictObject({ reference, progressToken: token }) },
  'report-closed': {
    channels: ['mail'],
    params: z.strictObject({
      reference,
      outcome: z.enum(['measure-taken', 'no-breach', 'not-ours', 'not-enough']),
      progressToken: token,
    }),
  },
  'appeal-received': { channels: ['mail'], params: z.strictObject({ mailbox, reference, at: instant }) },
  'appeal-decided': {
    channels: ['mail'],
    params: z.strictObject({ mailbox, reference, at: instant, decision: z.enum(['lifted', 'kept', 'eased']) }),
  },
} as const satisfies Record<string, { channels: readonly Channel[]; params: z.ZodType }>

export type MessageName = keyof typeof catalogue
/** What a sender hands in. */
export type MessageParams<N extends MessageName> = z.input<(typeof catalogue)[N]['params']>
/** What a view gets. */
export type CheckedParams<N extends MessageName> = z.output<(typeof catalogue)[N]['params']>

/** @throws ZodError where the parameters are not what the catalogue says: a fault of the caller, never of a visitor. */
export function checkParams<N extends MessageName>(name: N, params: MessageParams<N>): CheckedParams<N> {
  return catalogue[name].params.parse(params) as CheckedParams<N>
}

export function isMessageName(name: string): name is MessageName {
  return Object.hasOwn(catalogue, name)
}
