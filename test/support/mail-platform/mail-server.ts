// A real SMTP server that a test can make slow, refusing or forgetful.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly messageId: string
  /** Every RCPT TO of the envelope. */
  readonly recipients: readonly string[]
  readonly sender: string
  readonly parsed: Email
  readonly raw: string
}

/** What the server does with the next messages, one entry each; then it accepts again. */
export type Mishap =
  | { readonly at: 'RCPT' | 'DATA'; readonly code: number }
  /** The message is taken, and the connection breaks before the answer. */
  | { readonly at: 'answer-lost' }
  | { readonly at: 'slow'; readonly ms: number }

export interface MailServer {
  readonly url: string
  readonly received: ReceivedMail[]
  readonly mishaps: Mishap[]
  /** RCPT commands seen, accepted or not. */
  tries(): number
  /** Resolves when so many messages were accepted in all. */
  waitFor(count: number, timeoutMs?: number): Promise<void>
  stop(): Promise<void>
}

const refusal = (code: number) =>
  Object.assign(new Error('refused by the test'), { responseCode: code })

export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = []
  const mishaps: Mishap[] = []
  let tries = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    logger: false,
    closeTimeout: 200,
    onRcptTo(_address, _session, done) {
      tries += 1
      const mishap = mishaps[0]
      if (mishap?.at !== 'RCPT') return done()
      mishaps.shift()
      done(refusal(mishap.code))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', async () => {
        const mishap = mishaps.shift()
        if (mishap?.at === 'DATA') return done(refusal(mishap.code))
        if (mishap?.at === 'slow') await new Promise((wake) => setTimeout(wake, mishap.ms).unref())
        const raw = Buffer.concat(chunks).toString('utf8')
        const parsed = await PostalMime.parse(raw)
        const { mailFrom, rcptTo } = session.envelope
        received.push({
          raw,
          parsed,
          messageId: parsed.messageId ?? '',
          recipients: rcptTo.map(({ address }) => address),
          sender: mailFrom ? mailFrom.address : '',
        })
        if (mishap?.at === 'answer-lost')
          for (const connection of server.connections) connection._socket.destroy()
        else done()
      })
    },
  })
  server.on('error', () => {})
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    mishaps,
    tries: () => tries,
    async waitFor(count, timeoutMs = 10_000) {
      const end = performance.now() + timeoutMs
      while (received.length < count) {
        if (performance.now() > end) throw new Error(`${received.length} of ${count} mails arrived`)
        await new Promise((wake) => setTimeout(wake, 20))
      }
    },
    stop: () => new Promise((done) => server.close(() => done())),
  }
}
