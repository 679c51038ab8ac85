// Speaks a line protocol (SMTP, POP3, ManageSieve) word by word, where a library would hide what the server says.
import { once } from 'node:events'
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Endpoint } from './start.ts'

export interface LineClient {
  /** What the server said at first. */
  readonly greeting: string
  /** Sends one line. @returns the whole reply, or '' where the server hung up */
  say(line: string): Promise<string>
  close(): void
}

/** A reply is whole at a line without the dash of SMTP's continuation lines. */
const wholeReply = /^(\d{3}(?!-)|[+-](OK|ERR)).*\r\n$/m

export async function openLineClient(endpoint: Endpoint): Promise<LineClient> {
  const { host, port, from: localAddress } = endpoint
  const to = { host, port, ...(localAddress ? { localAddress } : {}) }
  const socket: Socket = endpoint.secure
    ? connectTls({ ...to, rejectUnauthorized: false })
    : connectPlain(to)
  socket.setEncoding('utf8')
  socket.on('error', () => {})
  // A server that says nothing fails the test instead of holding it up.
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

/** An SMTP session on the submission port after AUTH PLAIN. @returns the client and the reply to AUTH */
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
 * What a stranger's mail server is told: the reply to MAIL FROM where that was refused, otherwise to RCPT TO.
 * @param parameters of MAIL FROM, such as SIZE=1000
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
