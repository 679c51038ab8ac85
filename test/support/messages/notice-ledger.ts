// Notices counted where they arrive: at the mail server and at the SMS gateway.
import type { MailServer } from '../mail-platform/mail-server.ts'
import type { TwilioServer } from './twilio-server.ts'

export interface Arrived {
  /** Of a letter; an SMS has none. */
  readonly messageId: string
  readonly to: string
  readonly channel: 'mail' | 'sms'
  /** The subject of a letter, or an SMS. */
  readonly words: string
  readonly text: string
}

/** Codes and links are messages that somebody asked for, no notices. */
const isAsked = ({ words }: Arrived) => /^(?:Your code to|Your link to|Code:)/.test(words)

export const arrivals = (mail: MailServer, sms: TwilioServer): Arrived[] => [
  ...mail.received.map(({ messageId, recipients, parsed }) => {
    const [words, text] = [parsed.subject ?? '', parsed.text ?? '']
    return { messageId, to: recipients.join(), channel: 'mail' as const, words, text }
  }),
  ...sms.taken.map(({ to, body }) => ({
    messageId: '',
    to,
    channel: 'sms' as const,
    words: /^Postern: (.+)$/s.exec(body)?.[1] ?? `nameless: ${body}`,
    text: body,
  })),
]

export interface Ledger {
  /** These readers must get a notice with these words. */
  expect(words: string, readers: readonly string[]): void
  count(): { readonly changes: number; readonly letters: number; readonly sms: number }
  compare(arrived: readonly Arrived[]): Comparison
}

export interface Comparison {
  /** Notices that nobody made, one letter or SMS too many or too few. Must be empty. */
  readonly wrong: readonly string[]
  /** Letters that arrived again under the Message-ID that they had. */
  readonly repeats: number
}

export function createLedger(): Ledger {
  const wanted = new Map<string, number>()
  let changes = 0
  const total = (isMeant: (key: string) => boolean) =>
    [...wanted].reduce((sum, [key, count]) => (isMeant(key) ? sum + count : sum), 0)
  const isSms = (key: string) => key.startsWith('+')

  return {
    expect(words, readers) {
      changes += 1
      for (const reader of readers)
        wanted.set(`${reader} ${words}`, (wanted.get(`${reader} ${words}`) ?? 0) + 1)
    },
    count: () => ({ changes, letters: total((key) => !isSms(key)), sms: total(isSms) }),
    compare(arrived) {
      const notices = arrived.filter((each) => !isAsked(each))
      const keyOf = ({ to, words }: Arrived) =>
        [...wanted.keys()].find((key) => `${to} ${words}`.startsWith(key)) ?? `${to} ${words}`
      const letters = new Map(
        notices.filter(({ channel }) => channel === 'mail').map((each) => [each.messageId, each]),
      )
      const texts = notices.filter(({ channel }) => channel === 'sms')
      const counted = new Map<string, number>()
      for (const each of [...letters.values(), ...texts])
        counted.set(keyOf(each), (counted.get(keyOf(each)) ?? 0) + 1)
      const wrong: string[] = []
      for (const key of new Set([...wanted.keys(), ...counted.keys()])) {
        const missing = (wanted.get(key) ?? 0) - (counted.get(key) ?? 0)
        if (missing !== 0) wrong.push(`${missing > 0 ? 'missing' : 'too many'}: ${key}`)
      }
      const repeats = notices.length - letters.size - texts.length
      return { wrong, repeats }
    },
  }
}
