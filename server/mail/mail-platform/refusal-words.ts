// What mail servers say when they let somebody not in: one line each, with an address of the portal.
import type { Suspension } from '#server/accounts/life/account-life.ts'
import { createTexts, type Locale, type Texts } from '#server/kit/i18n/texts.ts'

/** Bound of `suspension_reason` in the mail directory. */
const longest = 200

/** Why a mailbox does not open or send, in its owner's language; `null` where it does both. */
export function blockedSentence(
  texts: Texts,
  baseUrl: string,
  of: { readonly suspension: Suspension; readonly locale: Locale },
): string | null {
  if (of.suspension === 'none') return null
  const link = `${baseUrl}/blocked`
  const sentence = texts.t(of.locale, 'mail-servers.blocked', { extent: of.suspension, link })
  // A block must never fail for its words.
  return sentence.length <= longest ? sentence : link.slice(0, longest)
}

/** SMTP knows no language but English (RFC 5321, section 4.2), and Postfix reads the directory in Latin-1. */
export function wordsForMailServers(baseUrl: string): MailServerWords {
  const texts = createTexts({})
  return {
    refused: texts.t('en', 'mail-servers.refused', { link: `${baseUrl}/help/mail-programs` }),
    mayNotSend: texts.t('en', 'mail-servers.blocked', {
      extent: 'send',
      link: `${baseUrl}/blocked`,
    }),
  }
}

/** One line each, without quotes. */
export interface MailServerWords {
  /** To a sign-in at Postfix with a wrong name or password. */
  readonly refused: string
  /** At Postfix, after the right password of a mailbox that is suspended in any way. */
  readonly mayNotSend: string
}
