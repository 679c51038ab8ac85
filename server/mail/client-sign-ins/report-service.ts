// The HTTP service that Dovecot asks before a sign-in and reports to after it.
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { hashToken, sameSecret } from '#server/core/keys/secrets.ts'
import type { Texts } from '#server/kit/i18n/texts.ts'
import type { Log } from '#server/kit/log/log.ts'
import type { MailServerListener } from '../mail-platform/listen-for-mail-servers.ts'
import { type JudgeParts, judgeTry } from './judge-try.ts'
import { type NoteParts, noteReport } from './note-report.ts'
import { readQuestion, readReport, type SignInReport } from './read-report.ts'

const bodyMax = 8192
/** So many wait only while somebody guesses or the database is away. */
const waitingMax = 1000
const atOnce = 2
/** Dovecot waits for a second. After this time it may check the password. */
const judgingMs = 300

type ReportParts = NoteParts & JudgeParts & { readonly log: Log; readonly texts: Texts }

/** `status`: seconds before Dovecot checks the password; -1 refuses it. */
interface Answer {
  readonly status: number
  readonly msg: string
}
const lookAtIt: Answer = { status: 0, msg: '' }

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) {
    body += chunk
    if (body.length > bodyMax) break
  }
  return body
}

function createReportQueue(parts: ReportParts) {
  const waiting: SignInReport[] = []
  const working = new Set<Promise<void>>()
  let lost = 0

  async function work(): Promise<void> {
    for (let report = waiting.shift(); report; report = waiting.shift()) {
      await noteReport(parts, report).catch((fault) =>
        parts.log.warn({ err: fault }, 'a sign-in was not kept'),
      )
    }
    if (lost > 0) parts.log.warn({ lost }, 'sign-ins were not kept: too many at once')
    lost = 0
  }

  return {
    add(report: SignInReport): void {
      if (waiting.length >= waitingMax) {
        lost += 1
        return
      }
      waiting.push(report)
      if (working.size >= atOnce) return
      const worker = work().finally(() => working.delete(worker))
      working.add(worker)
    },
    settled: async () => void (await Promise.all(working)),
  }
}

/** Refuses nobody while the database is away, since mail must not depend on it. */
async function judge(parts: ReportParts, body: string): Promise<Answer> {
  const asked = readQuestion(body, parts.settings.mailDomains)
  if (!asked) return lookAtIt
  const judging = judgeTry(parts, asked).catch((fault) => {
    parts.log.warn({ err: fault }, 'a sign-in was not judged')
  })
  const late = new AbortController()
  const timeout = sleep(judgingMs, undefined, { signal: late.signal })
  const verdict = await Promise.race([judging, timeout])
  late.abort()
  if (!verdict) return lookAtIt
  if (verdict.kind === 'look') return { status: verdict.waitSeconds, msg: '' }
  return { status: -1, msg: parts.texts.t('en', 'mail-servers.too-many') }
}

export async function startReportService(
  parts: ReportParts,
  at: { readonly host: string; readonly port: number; readonly token: string },
): Promise<MailServerListener & { settled(): Promise<void> }> {
  const right = hashToken(`Bearer ${at.token}`)
  const queue = createReportQueue(parts)

  const server = createServer(async (request, response) => {
    // Security: Only a caller that knows the token may report sign-ins.
    const known = sameSecret(hashToken(request.headers.authorization ?? ''), right)
    if (!known || request.method !== 'POST') {
      response.writeHead(known ? 405 : 401).end()
      return
    }
    const body = await readBody(request).catch(() => '')
    const isAllow = request.url?.includes('command=allow') ?? false
    const answer = isAllow ? await judge(parts, body) : lookAtIt
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    if (!request.url?.includes('command=report')) return
    const report = readReport(body, parts.settings.mailDomains)
    if (report) queue.add(report)
  })
  server.listen(at.port, at.host)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    settled: queue.settled,
    stop: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      await queue.settled()
    },
  }
}
