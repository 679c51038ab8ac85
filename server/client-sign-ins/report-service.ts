// The HTTP door at which Dovecot tells of sign-ins. It is answered at once, whatever becomes of the report.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hashToken, sameSecret } from '../core/secrets.ts'
import type { MailServerListener } from '../mail-platform/listen-for-mail-servers.ts'
import type { Log } from '../web/log.ts'
import { type NoteParts, noteReport } from './note-report.ts'
import { readReport, type SignInReport } from './read-report.ts'

const bodyMax = 8192
/** Reports that wait at most; more come only when somebody guesses, or the database is away. */
const waitingMax = 1000
const atOnce = 2

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk
    if (body.length > bodyMax) break
  }
  return body
}

export async function startReportService(
  parts: NoteParts & { readonly log: Log },
  at: { readonly host: string; readonly port: number; readonly token: string },
): Promise<MailServerListener & { settled(): Promise<void> }> {
  const right = hashToken(`Bearer ${at.token}`)
  const waiting: SignInReport[] = []
  const working = new Set<Promise<void>>()
  let lost = 0

  async function work(): Promise<void> {
    for (let report = waiting.shift(); report; report = waiting.shift()) {
      await noteReport(parts, report).catch((fault) => parts.log.warn({ err: fault }, 'a sign-in was not kept'))
    }
    if (lost > 0) parts.log.warn({ lost }, 'sign-ins were not kept: too many at once')
    lost = 0
  }

  function take(report: SignInReport): void {
    if (waiting.length >= waitingMax) {
      lost += 1
      return
    }
    waiting.push(report)
    if (working.size >= atOnce) return
    const worker = work().finally(() => working.delete(worker))
    working.add(worker)
  }

  const server = createServer(async (request, response) => {
    // Security: only who knows the token tells the portal of sign-ins.
    const known = sameSecret(hashToken(request.headers.authorization ?? ''), right)
    if (!known || request.method !== 'POST') {
      response.writeHead(known ? 405 : 401).end()
      return
    }
    const body = await readBody(request).catch(() => '')
    // Never a refusal and never a wait: mail must not depend on the portal.
    response.setHeader('content-type', 'application/json').end('{"status":0,"msg":""}')
    if (!request.url?.includes('command=report')) return
    const report = readReport(body)
    if (report) take(report)
  })
  server.listen(at.port, at.host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    settled: async () => void (await Promise.all(working)),
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await Promise.all(working)
    },
  }
}
