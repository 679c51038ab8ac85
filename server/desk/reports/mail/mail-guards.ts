// Recognises mail that a machine wrote: an answer to it could start a loop.

import { fieldsNamed, type LetterField } from '#server/core/letters/letter.ts'
import { loopHeaderName } from '#server/kit/messages/mail/loop-header.ts'

export type Ignored = 'loop' | 'bounce' | 'auto-reply'

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

// Security: A mail that came back to us is never answered and never becomes a report.
/** @param ownAddresses lower case */
export function isLoop(
  fields: readonly LetterField[],
  from: readonly string[],
  ownAddresses: readonly string[],
): boolean {
  if (fieldsNamed(fields, loopHeaderName).length > 0) return true
  if (fieldsNamed(fields, 'received').length > MAX_RECEIVED) return true
  const loops = [...fieldsNamed(fields, 'x-loop'), ...fieldsNamed(fields, 'delivered-to').slice(1)]
  if (
    loops.some((field) =>
      ownAddresses.includes(field.value.trim().replace(/^<|>$/g, '').toLowerCase()),
    )
  )
    return true
  return from.some((address) => ownAddresses.includes(address))
}

/** A null sender, a mail system as sender, or a report of delivery or reading (RFC 3464, 8098). */
export function isBounce(fields: readonly LetterField[], contentType: string): boolean {
  if (
    /^multipart\/report\b/i.test(contentType) &&
    /report-type="?(?:delivery-status|disposition-notification)/i.test(contentType)
  )
    return true
  const [returnPath] = fieldsNamed(fields, 'return-path')
  const senders = fieldsNamed(fields, 'from').map((field) => field.value)
  return (
    returnPath?.value.trim() === '<>' ||
    senders.some((value) => /\b(?:mailer-daemon|postmaster)@/i.test(value))
  )
}

/** Whether a machine answered: by RFC 3834, or by what older programs write. */
export function isAutomatic(fields: readonly LetterField[]): boolean {
  const value = (name: string) => fieldsNamed(fields, name)[0]?.value.trim().toLowerCase()
  const submitted = value('auto-submitted')
  if (submitted !== undefined && !/^no\b/.test(submitted)) return true
  if (/^(?:auto_reply|auto-reply|bulk|junk|list)$/.test(value('precedence') ?? '')) return true
  if (
    ['x-autoreply', 'x-autorespond', 'x-autoreply-from', 'x-mail-autoreply'].some(
      (name) => value(name) !== undefined,
    )
  )
    return true
  return AUTO_SUBJECT.test(value('subject') ?? '')
}
