// Sends raw bytes, for requests that no HTTP client would send.
import { connect } from 'node:net'

export interface RawAnswer {
  /** The complete answer. */
  readonly text: string
  readonly status: number
  /** Sent bytes, including those in kernel buffers. */
  readonly sent: number
  readonly ms: number
}

/** Sends `pieces` until the portal ends the connection or `patienceMs` have passed. */
export function converse(
  port: number,
  pieces: Iterable<string | Buffer>,
  options: { readonly host?: string; readonly patienceMs?: number } = {},
): Promise<RawAnswer> {
  const begun = performance.now()
  return new Promise((done) => {
    let text = ''
    const iterator = pieces[Symbol.iterator]()
    const socket = connect(port, options.host ?? '127.0.0.1', pump)
    function pump(): void {
      for (;;) {
        if (!socket.writable) return
        const next = iterator.next()
        if (next.done) return
        if (!socket.write(next.value)) return
      }
    }
    socket.on('drain', pump)
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(patience)
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(text)?.[1] ?? 0)
      done({
        text,
        status,
        sent: socket.bytesWritten - socket.writableLength,
        ms: performance.now() - begun,
      })
    })
    const patience = setTimeout(() => socket.destroy(), options.patienceMs ?? 20_000)
  })
}

const piece = Buffer.alloc(65_536, 'a')

/** A chunked request with a body of at least `bytes`. */
export function* chunkedRequest(
  head: string,
  bytes: number,
  first = '',
): Generator<string | Buffer> {
  yield `${head}\r\nTransfer-Encoding: chunked\r\n\r\n`
  if (first) yield `${Buffer.byteLength(first).toString(16)}\r\n${first}\r\n`
  for (let sent = 0; sent < bytes; sent += piece.length) {
    yield `${piece.length.toString(16)}\r\n`
    yield piece
    yield '\r\n'
  }
  yield '0\r\n\r\n'
}
