// A stateful fake of Twilio's Messages API. A test checks its requests and answers against
// `twilio-messages.openapi.json`.
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const accountSid = `AC${'0123456789abcdef'.repeat(2)}`
export const authToken = 'f'.repeat(32)

export interface TakenSms {
  readonly sid: string
  readonly to: string
  readonly body: string
  readonly from: string | null
  readonly statusCallback: string | null
  readonly validityPeriod: number
  readonly at: Date
}

type Refusal =
  | { readonly kind: 'error'; readonly status: number; readonly code?: number }
  /** An answer of a proxy, which is not in Twilio's format. */
  | { readonly kind: 'gateway-page'; readonly status: number }
  /** A status of success with another body. */
  | { readonly kind: 'odd-answer'; readonly body: object }
  /** The connection breaks, and the message is not taken. */
  | { readonly kind: 'request-lost' }

/** The fate of each of the next messages. Later ones are taken. */
export type SmsMishap =
  | Refusal
  /** The message is taken, and the connection breaks before the answer. */
  | { readonly kind: 'answer-lost' }
  /** The message is taken, and the answer comes late. */
  | { readonly kind: 'slow'; readonly ms: number }

export interface TwilioServer {
  readonly url: string
  readonly taken: TakenSms[]
  readonly mishaps: SmsMishap[]
  /** The fate of each of the next list requests. */
  readonly listMishaps: Refusal[]
  /** The number of sent messages, taken or not. */
  requests(): number
  /** The number of requested list pages. */
  questions(): number
  /** Sends a status callback: a signed form to the address of the message. */
  report(sms: TakenSms, status: string, options?: ReportOptions): Promise<Response>
  stop(): Promise<void>
}

export interface ReportOptions {
  readonly errorCode?: number
  /** The portal's real address, because the message names the public one. */
  readonly portalAt: string
  readonly token?: string
}

/** HMAC-SHA1 over the address and the sorted fields. */
export function signForm(
  token: string,
  url: string,
  form: Readonly<Record<string, string>>,
): string {
  const text = Object.keys(form)
    .sort()
    .reduce((soFar, name) => soFar + name + form[name], url)
  return createHmac('sha1', token).update(text, 'utf8').digest('base64')
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = ''
  for await (const chunk of request) body += chunk
  return new URLSearchParams(body)
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

const failure = (status: number, code: number) => ({
  code,
  message: 'refused by the test',
  more_info: 'https://twilio.example',
  status,
})

/** @param now the clock that dates messages */
export async function startTwilioServer(now: () => Date = () => new Date()): Promise<TwilioServer> {
  const taken: TakenSms[] = []
  const mishaps: SmsMishap[] = []
  const listMishaps: Refusal[] = []
  let [requests, questions] = [0, 0]
  const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://twilio.example')
    const form = request.method === 'POST' ? await bodyOf(request) : undefined
    if (form) requests += 1
    else questions += 1
    if (request.headers.authorization !== expected)
      return answer(response, 401, failure(401, 20003))
    if (pathname !== messagesPath) return answer(response, 404, failure(404, 20404))
    const mishap = form ? mishaps.shift() : listMishaps.shift()
    if (mishap?.kind === 'error')
      return answer(response, mishap.status, failure(mishap.status, mishap.code ?? 20500))
    if (mishap?.kind === 'gateway-page') {
      response.writeHead(mishap.status, { 'content-type': 'text/html' }).end('<h1>try again</h1>')
      return
    }
    if (mishap?.kind === 'odd-answer') return answer(response, 200, mishap.body)
    if (mishap?.kind === 'request-lost') return void request.socket.destroy()
    if (!form) return answer(response, 200, pageOf(taken, searchParams))
    await take(form, mishap, request, response)
  }

  async function take(
    form: URLSearchParams,
    mishap: Exclude<SmsMishap, Refusal> | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const to = form.get('To')
    if (!to || !/^\+[1-9]\d{6,14}$/.test(to)) return answer(response, 400, failure(400, 21211))
    if (!form.get('From') && !form.get('MessagingServiceSid'))
      return answer(response, 400, failure(400, 21603))
    const sms: TakenSms = {
      sid: `SM${randomBytes(16).toString('hex')}`,
      to,
      body: form.get('Body') ?? '',
      from: form.get('From'),
      statusCallback: form.get('StatusCallback'),
      validityPeriod: Number(form.get('ValidityPeriod') ?? 36_000),
      at: now(),
    }
    taken.push(sms)
    if (mishap?.kind === 'answer-lost') return void request.socket.destroy()
    if (mishap?.kind === 'slow') await new Promise((wake) => setTimeout(wake, mishap.ms))
    answer(response, 201, messageAsAnswered(sms))
  }

  const server = createServer((request, response) => void serve(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    mishaps,
    listMishaps,
    requests: () => requests,
    questions: () => questions,
    report,
    async stop() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}

const messagesPath = `/2010-04-01/Accounts/${accountSid}/Messages.json`

/** Newest first. All messages stay queued, so a filter by `DateSent` finds nothing. */
function pageOf(taken: readonly TakenSms[], query: URLSearchParams) {
  const to = query.get('To')
  const byDate = [...query.keys()].some((name) => name.startsWith('DateSent'))
  const found = byDate ? [] : taken.filter((sms) => !to || sms.to === to).toReversed()
  const [size, page] = [Number(query.get('PageSize') ?? 50), Number(query.get('Page') ?? 0)]
  const [start, end] = [page * size, Math.min((page + 1) * size, found.length)]
  const uri = (nth: number) =>
    `${messagesPath}?${new URLSearchParams({
      ...(to ? { To: to } : {}),
      PageSize: String(size),
      Page: String(nth),
    })}`
  return {
    first_page_uri: uri(0),
    next_page_uri: end < found.length ? uri(page + 1) : null,
    previous_page_uri: page > 0 ? uri(page - 1) : null,
    uri: uri(page),
    page,
    page_size: size,
    start,
    end: Math.max(end - 1, 0),
    messages: found.slice(start, end).map(messageAsAnswered),
  }
}

function messageAsAnswered(sms: TakenSms) {
  const moment = sms.at.toUTCString().replace('GMT', '+0000')
  return {
    account_sid: accountSid,
    api_version: '2010-04-01',
    body: sms.body,
    date_created: moment,
    date_sent: null,
    date_updated: moment,
    direction: 'outbound-api',
    error_code: null,
    error_message: null,
    from: sms.from,
    messaging_service_sid: null,
    num_media: '0',
    num_segments: '1',
    price: null,
    price_unit: 'USD',
    sid: sms.sid,
    status: 'queued',
    subresource_uris: {},
    to: sms.to,
    uri: `/2010-04-01/Accounts/${accountSid}/Messages/${sms.sid}.json`,
  }
}

async function report(sms: TakenSms, status: string, options: ReportOptions): Promise<Response> {
  const form: Record<string, string> = {
    AccountSid: accountSid,
    ApiVersion: '2010-04-01',
    From: sms.from ?? '',
    MessageSid: sms.sid,
    MessageStatus: status,
    SmsSid: sms.sid,
    SmsStatus: status,
    To: sms.to,
    ...(options.errorCode ? { ErrorCode: String(options.errorCode) } : {}),
  }
  const signed = sms.statusCallback ?? ''
  return fetch(options.portalAt + new URL(signed).pathname, {
    method: 'POST',
    headers: { 'x-twilio-signature': signForm(options.token ?? authToken, signed, form) },
    body: new URLSearchParams(form),
  })
}
