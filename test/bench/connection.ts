// A keep-alive connection that is cheap enough to measure the server and not the client.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface Answer {
  readonly status: number
  /** The unparsed status line and headers. */
  readonly head: string
  readonly body: string
  /** Milliseconds from the first sent byte to the last received one. */
  readonly ms: number
}

export interface Connection {
  /** One request at a time. */
  send(request: string): Promise<Answer>
  close(): void
}

const headEnd = '\r\n\r\n'

export async function openConnection(port: number): Promise<Connection> {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let read = ''
  let needed = 0
  let waiting: { done(answer: Answer): void; fail(fault: Error): void; sentMs: number } | undefined

  // In latin1 each character is a byte, as Content-Length counts.
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    read += chunk
    if (needed === 0) {
      const end = read.indexOf(headEnd)
      if (end < 0) return
      const length = /\r\ncontent-length: (\d+)/i.exec(read.slice(0, end + 2))?.[1]
      if (length === undefined)
        return void socket.destroy(new Error('an answer without Content-Length'))
      needed = end + headEnd.length + Number(length)
    }
    if (read.length < needed) return
    const end = read.indexOf(headEnd)
    const answer = {
      status: Number(read.slice(9, 12)),
      head: read.slice(0, end + 2),
      body: read.slice(end + headEnd.length, needed),
      ms: performance.now() - (waiting?.sentMs ?? 0),
    }
    read = ''
    needed = 0
    const asked = waiting
    waiting = undefined
    asked?.done(answer)
  })
  const fail = (fault: Error) => {
    waiting?.fail(fault)
    waiting = undefined
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the connection was closed')))

  return {
    send: (request) =>
      new Promise((done, failed) => {
        waiting = { done, fail: failed, sentMs: performance.now() }
        socket.write(request)
      }),
    close: () => void socket.destroy(),
  }
}
