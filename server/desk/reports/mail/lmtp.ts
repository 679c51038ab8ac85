// An LMTP listener for mail servers that deliver to the abuse address directly.
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { DeskParts } from '#server/desk/desk.ts'
import { abuseAddressesOf, intakeMail, mailMaxBytes } from './intake-mail.ts'

export interface LmtpServer {
  readonly port: number
  stop(): Promise<void>
}

const refusal = (responseCode: number, words: string) =>
  Object.assign(new Error(words), { responseCode })

/** @param port 0 takes a free one */
export async function startLmtp(parts: DeskParts, host: string, port: number): Promise<LmtpServer> {
  const { SMTPServer } = await import('smtp-server')
  const own = abuseAddressesOf(parts.settings)
  const server = new SMTPServer({
    lmtp: true,
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    logger: false,
    size: mailMaxBytes,
    rejectOversized: true,
    maxClients: 20,
    socketTimeout: 30_000,
    closeTimeout: 2000,
    onRcptTo: ({ address }, _session, done) =>
      done(
        own.includes(address.toLowerCase()) ? null : refusal(550, 'only reports are taken here'),
      ),
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => {
        // Security: A mail beyond the size limit is read to its end and kept nowhere.
        if (!stream.sizeExceeded) chunks.push(chunk)
        else chunks.length = 0
      })
      stream.once('error', () => done(refusal(451, 'try again later')))
      stream.once('end', () => {
        if (stream.sizeExceeded) return done(refusal(552, 'too large'))
        intakeMail(parts, Buffer.concat(chunks)).then(
          ({ kind }) => done(null, kind === 'again' ? 'known already' : 'taken'),
          (err) => {
            parts.log.warn({ err }, 'a report by LMTP was not taken in')
            done(refusal(451, 'try again later'))
          },
        )
      })
    },
  })
  server.on('error', (err) => parts.log.warn({ err }, 'LMTP'))
  server.listen(port, host)
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: () => new Promise((stopped) => server.close(() => stopped())),
  }
}
