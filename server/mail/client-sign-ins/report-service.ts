// The HTTP door at which Dovecot asks before a sign-in and tells of it afterwards. A report is answered at once, whatever becomes of it.
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
/** Reports that wait at most; more come only when somebody guesses, or the database is away. */
const waitingMax = 1000
const atOnce = 2
/** Longer than that nobody waits for our database: the password is looked at without us. Dovecot itself waits for a second. */
const judgingMs = 300

/** `status`: below 0 refused, above it seconds to wait. */
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

export async function startReportService(
  parts: NoteParts & JudgeParts & { readonly log: Log; readonly texts: Texts },
  at: { readonly host: string; readonly port: number; readonly token: string },
): Promise<MailServerListener & { settled(): Promise<void> }> {
  const right = hashToken(`Bearer ${at.token}`)
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

  const refusal = { status: -1, msg: parts.texts.t('en', 'mail-servers.too-many') }

  /** A portal or a database that is away refuses nobody: mail must not depend on them. */
  async function judge(body: string): Promise<Answer> {
    const asked = readQuestion(body)
    if (!asked) return lookAtIt
    const judging = judgeTry(parts, asked).catch((fault) => {
      parts.log.warn({ err: fault }, 'a sign-in was not judged')
    })
    const late = new AbortController()
    const verdict = await Promise.race([
      judging,
      sleep(judgingMs, undefined, { signal: late.signal }),
    ])
    late.abort()
    if (!verdict) return lookAtIt
    return verdict.kind === 'refuse' ? refusal : { status: verdict.waitSeconds, msg: '' }
  }

  const server = createServer(async (request, response) => {
    // Security: only who knows the token tells the portal of sign-ins.
    const known = sameSecret(hashToken(request.headers.authorization ?? ''), right)
    if (!known || request.method !== 'POST') {
      response.writeHead(known ? 405 : 401).end()
      return
    }
    const body = await readBody(request).catch(() => '')
    const isAllow = request.url?.includes('command=allow') ?? false
    const answer = isAllow ? await judge(body) : lookAtIt
    response.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
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
