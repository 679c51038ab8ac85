// The listener for visitors: its timeouts, and how it closes.
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
  readonly headersMs: number
  readonly requestMs: number
  /** How often Node checks the two limits above. Its default, 30 s, would turn 10 s into 40. */
  readonly checkMs: number
  /** Once nobody new is accepted: how long requests may still arrive. */
  readonly askMs: number
  /** Once nobody new is accepted: how long answers may still take. */
  readonly answerMs: number
}

/**
 * A slow client may take 30 s for a request, and delays a restart by 10 s at most. Answers under
 * way get 35 s, which is less than service managers wait before they kill.
 */
export const usualTimes: WebTimes = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkMs: 1000,
  askMs: 5000,
  answerMs: 35_000,
}

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
    // The app itself refuses requests without a host, and shows a page.
    requireHostHeader: false,
  })
  server.on(
    'clientError',
    (fault: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: ServerResponse }) => {
      // Replaces Node's own answer, which lacks Cache-Control. Adds nothing to a half-sent answer.
      if (socket.writable && !socket._httpMessage?.headersSent) {
        const status = statuses[fault.code ?? ''] ?? '400 Bad Request'
        socket.write(`HTTP/1.1 ${status}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n`)
      }
      socket.destroy(fault)
    },
  )
  // Node's own answer to an unknown `Expect` lacks Cache-Control.
  server.on('checkExpectation', (_req: IncomingMessage, res: ServerResponse) => {
    res
      .writeHead(417, { 'Cache-Control': 'no-store', 'Content-Length': 0, Connection: 'close' })
      .end()
  })
  return server
}

export interface WebListener {
  readonly port: number
  /** Serves on for `announceMs`, then accepts nobody new and waits for open requests. */
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
      // While /readyz says no, visitors are served, but each answer ends its connection.
      server.prependListener('request', (_req, res) => void res.setHeader('Connection', 'close'))
      if (announceMs > 0) await new Promise((done) => setTimeout(done, announceMs))
      const closed = once(server, 'close')
      server.close()
      destroyWhere(({ asked }) => !asked)
      const cut = setTimeout(() => destroyWhere(({ request }) => !request?.complete), times.askMs)
      // Browsers keep a connection open after the answer, so idle ones are closed here.
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
  /** False until a request came. Node would count such a connection as busy. */
  asked: boolean
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
