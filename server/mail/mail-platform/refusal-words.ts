import type { Suspension } from '#server/accounts/life/account-life.ts'
import { createTexts, type Locale, type Texts } from '#server/kit/i18n/texts.ts'
import ownTexts from './texts.json' with { type: 'json' }

/** Maximum of `suspension_reason` in the mail directory. */
const longest = 200

export function blockedSentence(
  texts: Texts,
  baseUrl: string,
  of: { readonly suspension: Suspension; readonly locale: Locale },
): string | null {
  if (of.suspension === 'none') return null
  const link = `${baseUrl}/blocked`
  const sentence = texts.t(of.locale, 'mail-servers.blocked', { extent: of.suspension, link })
  // A block must not fail because of its words.
  return sentence.length <= longest ? sentence : link.slice(0, longest)
}

/** SMTP has only English (RFC 5321, section 4.2), and Postfix reads the directory in Latin-1. */
export function wordsForMailServers(baseUrl: string): MailServerWords {
  const texts = createTexts([ownTexts])
  return {
    refused: texts.t('en', 'mail-servers.refused', { link: `${baseUrl}/help/mail-programs` }),
    mayNotSend: texts.t('en', 'mail-servers.blocked', {
      extent: 'send',
      link: `${baseUrl}/blocked`,
    }),
  }
}

/** Answers of Postfix: one line each, without quotes. */
export interface MailServerWords {
  /** To a wrong name or password. */
  readonly refused: string
  /** To the right password of a suspended mailbox. */
  readonly mayNotSend: string
}
