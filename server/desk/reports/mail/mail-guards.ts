// Tells mail that must not be answered, and mail that is an answer to us.

import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'
import { loopHeaderName } from '#server/kit/messages/mail/loop-header.ts'

const MAX_RECEIVED = 40

const AUTO_SUBJECT = new RegExp(
  `^(?:(?:re|aw|ответ|адказ): *)?(?:${[
    'auto(?:matic)?[ -]?reply',
    'automatische antwort',
    'abwesenheit',
    'out of (?:the )?office',
    'автоответ',
    'автоматический ответ',
    'аўтаадказ',
    'аўтаматычны адказ',
    'я в отпуске',
    'réponse automatique',
    'respuesta automática',
    'autoreply',
    'vacation',
  ].join('|')})`,
  'iu',
)

type Fields = readonly LetterField[]

const has = (fields: Fields, name: string) => fieldsNamed(fields, name).length > 0

// Security: A mail that came back to us is never answered and never becomes a report.
/** A redirected letter may carry such a header of a stranger. @param ownAddresses lower case */
export function saysItIsOurs(fields: Fields, ownAddresses: readonly string[]): boolean {
  if (has(fields, 'resent-from')) return false
  if (has(fields, loopHeaderName)) return true
  return namesOne(fieldsNamed(fields, 'x-loop'), ownAddresses)
}

function namesOne(fields: Fields, addresses: readonly string[]): boolean {
  return fields.some(({ value }) => {
    const address = value.trim().replace(/^<|>$/g, '')
    return addresses.includes(address.toLowerCase())
  })
}

const idsIn = (fields: Fields, name: string): string[] =>
  fieldsNamed(fields, name)
    .slice(0, 5)
    .flatMap(({ value }) => value.slice(0, 20_000).match(/<[^<>\s]{3,250}>/g) ?? [])
    .map((each) => each.slice(1, -1))

/** What a mail answers. Some machines write References alone. */
export const answeredIds = (fields: Fields): string[] => {
  const direct = idsIn(fields, 'in-reply-to')
  if (direct.length > 0) return direct.slice(0, 10)
  return idsIn(fields, 'references').slice(-1)
}

/** What a mail is, or what a report of it names. */
export const borneIds = (fields: Fields): string[] =>
  ['message-id', 'original-message-id'].flatMap((name) => idsIn(fields, name))

/** Whether an answer may come back to us. @param ownAddresses lower case */
export function mayLoop(
  fields: Fields,
  from: readonly string[],
  ownAddresses: readonly string[],
): boolean {
  if (has(fields, loopHeaderName)) return true
  if (fieldsNamed(fields, 'received').length > MAX_RECEIVED) {
    return true
  }
  const delivered = fieldsNamed(fields, 'delivered-to')
  const loops = [...fieldsNamed(fields, 'x-loop'), ...delivered.slice(1)]
  if (namesOne(loops, ownAddresses)) return true
  return from.some((each) => ownAddresses.includes(each))
}

/** A report of delivery or reading (RFC 3464, 8098). */
export const isDeliveryReport = (contentType: string): boolean =>
  /^multipart\/report\b/i.test(contentType) &&
  /report-type\s*=\s*"?(?:delivery-status|disposition-notification)/i.test(contentType)

/** By RFC 3834, or by what older programs write. */
export function isAutomatic(fields: Fields): boolean {
  const value = (name: string) => fieldsNamed(fields, name)[0]?.value.trim().toLowerCase()
  if (value('return-path') === '<>') return true
  const senders = fieldsNamed(fields, 'from')
  if (senders.some((field) => /\b(?:mailer-daemon|postmaster)@/i.test(field.value))) {
    return true
  }
  const submitted = value('auto-submitted')
  if (submitted !== undefined && !/^no\b/.test(submitted)) {
    return true
  }
  if (/^(?:auto_reply|auto-reply|bulk|junk|list)$/.test(value('precedence') ?? '')) {
    return true
  }
  const marks = ['x-autoreply', 'x-autorespond', 'x-autoreply-from', 'x-mail-autoreply']
  if (marks.some((name) => value(name) !== undefined)) {
    return true
  }
  return AUTO_SUBJECT.test(value('subject') ?? '')
}
