// The message parts on a real database, with a movable clock and chosen gateways.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Db } from '#db/connection.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { createFormats } from '#server/kit/i18n/format.ts'
import { createTexts } from '#server/kit/i18n/texts.ts'
import type { MessageName } from '#server/kit/messages/catalogue.ts'
import { deliverMessage } from '#server/kit/messages/deliver-message.ts'
import { createMessageRendering } from '#server/kit/messages/rendering/render.ts'
import { type Message, sendMessage } from '#server/kit/messages/send-message.ts'
import {
  createMissingTransport,
  type MailTransport,
  type SmsTransport,
} from '#server/kit/messages/transport.ts'
import type { DeliveryParts } from '#server/kit/messages/try-message.ts'
import { readThemeColours } from '#server/kit/pages/theme-colours.ts'
import { loadMessages } from '#server/load-messages.ts'
import { textTrees } from '#server/texts.ts'
import { createTestClock, type TestClock } from '../clock.ts'

export const baseUrl = 'https://postern.example'
const styleSheet = readFileSync(new URL('../../../public/postern.css', import.meta.url), 'utf8')

export const texts = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })

export function createRendering(base = baseUrl, smsLinks = false, serviceName = 'Postern') {
  return createMessageRendering({
    texts,
    loadMessages,
    formats: createFormats('Europe/Minsk'),
    serviceName,
    smsLinks,
    baseUrl: base,
    undoDays: 7,
    colours: readThemeColours(styleSheet),
    logo: readFileSync(new URL('../../../public/logo.png', import.meta.url)),
    viewRoots: [fileURLToPath(new URL('../../../views', import.meta.url))],
    cacheViews: true,
  })
}

export interface MessageTrial {
  readonly parts: DeliveryParts
  readonly clock: TestClock
  /** The whole log. */
  logged(): string
  send<N extends MessageName>(message: Message<N>): Promise<string>
  deliver(id: string): Promise<void>
  row(id: string): Promise<MessageRow>
}

export interface MessageRow {
  readonly state: string
  readonly outcome: string | null
  readonly payload: string | null
  readonly attempts: number
  readonly provider_id: string | null
  readonly delivery: string | null
  readonly delivery_code: string | null
  readonly due_at: Date
  readonly expires_at: Date
}

export const testKeyring = createKeyring(['the first key of these tests, long enough for them'])

export function createMessageTrial(
  db: Db,
  gateways: { mail?: MailTransport; sms?: SmsTransport } = {},
): MessageTrial {
  const clock = createTestClock()
  const lines: string[] = []
  const write = (fields: object, words: string) =>
    void lines.push(JSON.stringify({ ...fields, words }))
  const parts: DeliveryParts = {
    db,
    clock,
    keyring: testKeyring,
    loadMessages,
    render: createRendering(),
    mail: gateways.mail ?? createMissingTransport(),
    sms: gateways.sms ?? createMissingTransport(),
    log: { info: write, warn: write, error: write },
  }
  return {
    parts,
    clock,
    logged: () => lines.join('\n'),
    async send(message) {
      const id = await db.transaction((trx) => sendMessage(trx, parts, message))
      if (id === null) throw new Error('the dedupe key was used before')
      return id
    },
    deliver: (id) => deliverMessage(parts, id),
    async row(id) {
      const row = await db('messages').where({ id }).first()
      if (!row) throw new Error('no such message')
      return row
    },
  }
}
