// The TCP listener to which Postfix of the same operator connects.
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { msPerMinute } from '#server/core/durations.ts'

export interface MailServerListener {
  readonly port: number
  stop(): Promise<void>
}

/** Each Postfix process keeps a connection of its own. */
const connectionsMax = 500
const idleMs = 10 * msPerMinute

export async function listenForMailServers(
  { host, port }: { readonly host: string; readonly port: number },
  serve: (socket: Socket) => void,
): Promise<MailServerListener> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Without a listener, a broken connection would end the process.
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
