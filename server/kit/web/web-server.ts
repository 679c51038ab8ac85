// The listener that visitors reach: how long they may take to ask, and how it closes.
import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface WebTimes {
  /** Until the head of a request is there. */
  readonly headersMs: number
  /** Until the whole of it is there. */
  readonly requestMs: number
  /** How often both are looked at: Node's own 30 s would make 40 of 10. */
  readonly checkMs: number
  /** Once nobody new is let in, for those who are still asking. */
  readonly askMs: number
  /** And for those who are being answered. */
  readonly answerMs: number
}

/**
 * SAFETY: headers within 10 s, the whole request within 30 s. A restart takes less than 10 s,
 * whatever is sent to hold it up; only who has
 * asked is answered to the end, for less than service managers wait before they kill.
 */
export const usualTimes: WebTimes = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 1000,
  askMs: 5000,
  answerMs: 35_000,
}

/** What Node says of a request that never becomes one. */
const statuses: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: '413 Payload Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

export function createWebServer(times: WebTimes = usualTimes): Server {
  const server = createServer({
    headersTimeout: times.headersMs,
    requestTimeout: times.requestMs,
    connectionsCheckingInterval: times.checkMs,
    keepAliveTimeout: 65_000,
    // How many hosts a request names is judged by the app, which answers with a page.
    requireHostHeader: false,
  })
  server.on(
    'clientError',
    (fault: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: ServerResponse }) => {
      // As Node does by itself, with the header that every answer has: half an answer is not followed
      // by another one.
      if (socket.writable && !socket._httpMessage?.headersSent) {
        const status = statuses[fault.code ?? ''] ?? '400 Bad Request'
        socket.write(`HTTP/1.1 ${status}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n`)
      }
      socket.destroy(fault)
    },
  )
  // A request that expects more than `100-continue` never reaches the app. Node answers as here, but
  // without the header that every answer has.
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    res
      .writeHead(417, { 'Cache-Control': 'no-store', 'Content-Length': 0, Connection: 'close' })
      .end()
  })
  return server
}

export interface WebListener {
  readonly port: number
  /** Serves as before for `announceMs`, then lets nobody new in, and waits for those who asked. */
  stop(announceMs: number): Promise<void>
}

export async function listenForVisitors(
  app: RequestListener,
  at: { readonly host: string; readonly port: number },
  times: WebTimes = usualTimes,
): Promise<WebListener> {
  const server = createWebServer(times)
  const destroyWhere = watchConnections(server)
  server.on('request', app)
  server.listen(at.port, at.host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async stop(announceMs) {
      // Who comes while it is announced is answered, and keeps no connection that would be cut in a
      // moment.
      server.prependListener('request', (_req, res) => void res.setHeader('Connection', 'close'))
      if (announceMs > 0) await new Promise((done) => setTimeout(done, announceMs))
      const closed = once(server, 'close')
      server.close()
      destroyWhere(({ asked }) => !asked)
      const cut = setTimeout(() => destroyWhere(({ request }) => !request?.complete), times.askMs)
      // A browser keeps its connection after the answer: it would hold the portal up until the
      // keep-alive ends.
      const idle = setInterval(() => server.closeIdleConnections(), 100)
      const force = setTimeout(() => server.closeAllConnections(), times.answerMs)
      await closed
      clearInterval(idle)
      clearTimeout(cut)
      clearTimeout(force)
    },
  }
}

interface Connection {
  /**
   * Whether the head of a request ever came. Node counts a connection that said nothing as busy.
   */
  asked: boolean
  /** What is being read or answered. */
  request: IncomingMessage | undefined
}

function watchConnections(server: Server): (chosen: (connection: Connection) => boolean) => void {
  const open = new Map<Socket, Connection>()
  server.on('connection', (socket) => {
    open.set(socket, { asked: false, request: undefined })
    socket.once('close', () => open.delete(socket))
  })
  server.on('request', (req, res) => {
    const connection = open.get(req.socket)
    if (!connection) return
    connection.asked = true
    connection.request = req
    res.once('close', () => {
      if (connection.request === req) connection.request = undefined
    })
  })
  return (chosen) => {
    for (const [socket, connection] of open) if (chosen(connection)) socket.destroy()
  }
}
