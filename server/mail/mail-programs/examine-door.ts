import { type ConnectionOptions, checkServerIdentity, connect } from 'node:tls'

const patienceMs = 3000

/** A shut door is good: nobody is alarmed by it. */
export type Verdict = 'good' | 'shut' | string

/** @param more for tests: another address, another CA */
export function examineDoor(
  door: { readonly host: string; readonly port: number },
  more: ConnectionOptions = {},
): Promise<Verdict> {
  return new Promise((tell) => {
    const socket = connect({
      ...door,
      servername: door.host,
      rejectUnauthorized: false,
      ...more,
    })
    const end = (verdict: Verdict) => {
      socket.destroy()
      tell(verdict)
    }
    socket.setTimeout(patienceMs, () => end('shut'))
    socket.on('error', () => end('shut'))
    socket.on('secureConnect', () => {
      const certificate = socket.getPeerCertificate()
      const fault = checkServerIdentity(door.host, certificate)
      if (fault) return end('has a certificate for another name')
      if (socket.authorized) return end('good')
      end(`is not trusted: ${socket.authorizationError}`)
    })
  })
}
