import type { Suspension } from '#server/accounts/life/account-life.ts'
import { createTexts, type Locale, type Texts } from '#server/kit/i18n/texts.ts'
import ownTexts from './texts.json' with { type: 'json' }

/** The mail directory takes no longer `suspension_reason`. */
const longest = 200

export function blockedSentence(
  texts: Texts,
  baseUrl: string,
  of: { readonly suspension: Suspension; readonly closing: boolean; readonly locale: Locale },
): string | null {
  if (of.suspension === 'none') return null
  const link = `${baseUrl}/${of.closing ? 'sign-in' : 'blocked'}`
  const sentence = of.closing
    ? texts.t(of.locale, 'mail-servers.closing', { link })
    : texts.t(of.locale, 'mail-servers.blocked', { extent: of.suspension, link })
  // A text that is too long must not make the block fail: the link alone is shown.
  return sentence.length <= longest ? sentence : link.slice(0, longest)
}

// SMTP answers are ASCII (RFC 5321, 4.2), so they are in English.
export function wordsForMailServers(baseUrl: string): MailServerWords {
  const texts = createTexts([ownTexts])
  return {
    refused: texts.t('en', 'mail-servers.refused', { link: `${baseUrl}/help/mail-programs` }),
    mayNotSend: texts.t('en', 'mail-servers.blocked', {
      extent: 'send',
      link: `${baseUrl}/blocked`,
    }),
    full: texts.t('en', 'mail-servers.full', {
      link: `${baseUrl}/account`,
    }),
  }
}

/** What Postfix answers: one line each, without quotes. */
export interface MailServerWords {
  /** To a wrong name or password. */
  readonly refused: string
  /** To the right password of a suspended mailbox. */
  readonly mayNotSend: string
  /** When a letter does not fit into the mailbox any more. */
  readonly full: string
}
