// Kinds of parameters, for messages.ts. Loads zod, which is large.

import { z } from 'zod'

// Security: No parameter of a message carries text that somebody wrote.
export const code = z.string().regex(/^\d{6,8}$/)
export const token = z.string().regex(/^[A-Za-z0-9_-]{16,256}$/)
export const instant = z.iso.datetime()
export const mailbox = z.string().regex(/^[a-z0-9._-]{1,64}@[a-z0-9.-]{1,253}$/)
/** The number that people quote for a report or an appeal. */
export const reference = z.string().regex(/^[A-Z0-9-]{4,32}$/)
export const rowId = z.string().regex(/^\d{1,18}$/)

/** `Minsk, BY`, or half of a network: `203.0.…`. Else it counts as unknown. */
const townShape = /^(?:[\p{L}\p{M} .'’()|-]{1,180}, )?[A-Z]{2}$/u
const networkShape = /^[0-9a-f.:]{1,20}…$/
const place = z
  .string()
  .transform((given) => (townShape.test(given) || networkShape.test(given) ? given : ''))

const devices = new Set(
  [
    ['Chrome', 'Chromium', 'Firefox', 'Internet Explorer', 'Microsoft Edge', 'Opera', 'Safari'],
    ['Samsung Internet for Android', 'UC Browser', 'Vivaldi', 'Yandex Browser'],
    ['Android', 'Chrome OS', 'HarmonyOS', 'iOS', 'Linux', 'macOS', 'Windows'],
  ].flat(),
)

/** `Firefox, Windows`. Drops other names: anybody can forge a User-Agent. */
const device = z.string().transform((given) =>
  given
    .split(', ')
    .filter((name) => devices.has(name))
    .join(', '),
)

/** Whose mailbox, when, from which device and roughly where. */
export const occasion = { mailbox, at: instant, device, place }
