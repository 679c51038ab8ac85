// Stores filters as a mail program does: by ManageSieve (RFC 5804) after STARTTLS.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Endpoint } from './start.ts'

/** A reply is whole at its last line: OK, NO or BYE. */
async function readReply(socket: Socket): Promise<string> {
  let text = ''
  while (!/^(OK|NO|BYE)\b.*\r\n$/m.test(text)) {
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    text += chunk.toString('utf8')
  }
  return text
}

async function say(socket: Socket, line: string): Promise<void> {
  const reply = readReply(socket)
  socket.write(`${line}\r\n`)
  assert.match(await reply, /^OK/m, line)
}

export interface SieveSession {
  say(line: string): Promise<void>
  /** Says the line again and again, until the server ends the session. */
  keepTrying(line: string): Promise<void>
  close(): void
}

type Auth = { readonly user: string; readonly pass: string }

export async function openSieve(
  { host, port }: Endpoint,
  { user, pass }: Auth,
): Promise<SieveSession> {
  const plain = connect(port, host)
  await readReply(plain)
  await say(plain, 'STARTTLS')
  const socket = connectTls({ socket: plain, rejectUnauthorized: false })
  await readReply(socket)
  await say(
    socket,
    `AUTHENTICATE "PLAIN" "${Buffer.from(`\0${user}\0${pass}`).toString('base64')}"`,
  )
  return {
    say: (line) => say(socket, line),
    async keepTrying(line) {
      const closed = once(socket, 'close')
      socket.on('error', () => socket.destroy())
      socket.on('data', (chunk: Buffer) => {
        if (!chunk.toString('utf8').startsWith('BYE')) socket.write(`${line}\r\n`)
      })
      socket.write(`${line}\r\n`)
      await closed
    },
    close: () => socket.destroy(),
  }
}

/** Stores the script and makes it the one that sorts incoming letters. */
export async function putFilter(endpoint: Endpoint, auth: Auth, script: string): Promise<void> {
  const session = await openSieve(endpoint, auth)
  await session.say(`PUTSCRIPT "main" {${Buffer.byteLength(script)}+}\r\n${script}`)
  await session.say('SETACTIVE "main"')
  session.close()
}
