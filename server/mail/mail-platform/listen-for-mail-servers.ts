// A TCP listener for the mail servers of the same operator: bounded, and stopped without waiting for idle connections.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { msPerMinute } from '#server/core/durations.ts'

export interface MailServerListener {
  readonly port: number
  stop(): Promise<void>
}

/** Postfix alone keeps a connection for each of its processes. */
const connectionsMax = 500
const idleMs = 10 * msPerMinute

/** @param serve takes over a connection; what it throws ends that connection alone */
export async function listenForMailServers(
  { host, port }: { readonly host: string; readonly port: number },
  serve: (socket: Socket) => void,
): Promise<MailServerListener> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // A mail server that goes away in mid-sentence is nobody's fault.
    socket.on('error', () => socket.destroy())
    socket.setTimeout(idleMs, () => socket.destroy())
    socket.setNoDelay(true)
    serve(socket)
  })
  server.maxConnections = connectionsMax
  server.listen(port, host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
