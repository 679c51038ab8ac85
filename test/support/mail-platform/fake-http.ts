// The base of a fake hosted platform: real HTTP on a free port, with accidents on request.
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** Parsed where it is JSON. */
  readonly body: unknown
}

export interface FakeAnswer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** What happens to the next call that fits, once. */
export type Accident =
  /** The call is not carried out. */
  | { readonly kind: 'answer'; readonly answer: FakeAnswer }
  /** The call is carried out, then the connection breaks. */
  | { readonly kind: 'lose-answer' }
  /** The connection breaks first. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'slow'; readonly milliseconds: number }

export interface FakeHttp {
  readonly url: string
  readonly calls: readonly FakeRequest[]
  /** @param call fits `METHOD /path` */
  accident(call: RegExp, accident: Accident): void
  stop(): Promise<void>
}

export async function startFakeHttp(
  handle: (request: FakeRequest) => FakeAnswer,
): Promise<FakeHttp> {
  const calls: FakeRequest[] = []
  const accidents: { call: RegExp; accident: Accident }[] = []

  const takeAccident = (call: string) => {
    const index = accidents.findIndex((each) => each.call.test(call))
    return index < 0 ? undefined : accidents.splice(index, 1)[0]?.accident
  }

  const server = createServer(async (incoming, outgoing) => {
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://fake')
    const sent = await text(incoming)
    const isJson = incoming.headers['content-type']?.startsWith('application/json')
    const request: FakeRequest = {
      method: incoming.method ?? 'GET',
      path: decodeURIComponent(pathname),
      query: searchParams,
      headers: incoming.headers,
      body: isJson && sent ? JSON.parse(sent) : sent || undefined,
    }
    calls.push(request)
    const accident = takeAccident(`${request.method} ${request.path}`)
    if (accident?.kind === 'drop') return incoming.socket.destroy()
    if (accident?.kind === 'slow') await sleep(accident.milliseconds)
    const answer = accident?.kind === 'answer' ? accident.answer : handle(request)
    if (accident?.kind === 'lose-answer') return incoming.socket.destroy()
    const { status = 200, headers = {}, body } = answer
    outgoing.writeHead(status, { 'content-type': 'application/json', ...headers })
    outgoing.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    accident: (call, accident) => accidents.push({ call, accident }),
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
