// Speaks SMTP, POP3 or ManageSieve line by line, so that tests see what the server says.
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Endpoint } from './start.ts'

export interface LineClient {
  /** The first line of the server. */
  readonly greeting: string
  /** Sends one line. @returns the whole reply, or '' where the server hung up */
  say(line: string): Promise<string>
  close(): void
}

/** SMTP marks all lines but the last one of a reply with a dash. */
const wholeReply = /^(\d{3}(?!-)|[+-](OK|ERR)).*\r\n$/m

export async function openLineClient(endpoint: Endpoint): Promise<LineClient> {
  const { host, port, from: localAddress } = endpoint
  const to = { host, port, ...(localAddress ? { localAddress } : {}) }
  const socket: Socket = endpoint.secure
    ? connectTls({ ...to, rejectUnauthorized: false })
    : connectPlain(to)
  socket.setEncoding('utf8')
  socket.on('error', () => {})
  // A silent server fails the test.
  socket.setTimeout(10_000, () => socket.destroy())
  let buffer = ''
  let wake = () => {}
  socket.on('data', (chunk) => {
    buffer += chunk
    wake()
  })
  socket.on('close', () => wake())
  await Promise.race([
    once(socket, endpoint.secure ? 'secureConnect' : 'connect'),
    once(socket, 'close'),
  ])
  const reply = async () => {
    while (!wholeReply.test(buffer) && !socket.destroyed) {
      await new Promise<void>((done) => {
        wake = done
      })
    }
    const text = buffer
    buffer = ''
    return text
  }
  return {
    greeting: await reply(),
    say: (line) => {
      socket.write(`${line}\r\n`)
      return reply()
    },
    close: () => socket.destroy(),
  }
}

/** @returns an SMTP session after AUTH PLAIN, and the reply to AUTH */
export async function signInBySmtp(endpoint: Endpoint, login: string, password: string) {
  const client = await openLineClient(endpoint)
  await client.say('EHLO program.example')
  const secret = Buffer.from(`\0${login}\0${password}`).toString('base64')
  return { client, reply: await client.say(`AUTH PLAIN ${secret}`) }
}

/** @returns the reply to PASS */
export async function signInByPop3(
  endpoint: Endpoint,
  login: string,
  password: string,
): Promise<string> {
  const client = await openLineClient(endpoint)
  await client.say(`USER ${login}`)
  const reply = await client.say(`PASS ${password}`)
  client.close()
  return reply
}

/**
 * Offers a letter like a foreign mail server.
 * @param parameters of MAIL FROM, such as SIZE=1000
 * @returns the refusal of MAIL FROM, or the reply to RCPT TO
 */
export async function offerFromOutside(
  endpoint: Endpoint,
  from: string,
  to: string,
  parameters = '',
): Promise<string> {
  const client = await openLineClient(endpoint)
  await client.say('EHLO mx.elsewhere.example')
  const sender = await client.say(`MAIL FROM:<${from}> ${parameters}`.trim())
  const reply = sender.startsWith('250') ? await client.say(`RCPT TO:<${to}>`) : sender
  client.close()
  return reply
}
