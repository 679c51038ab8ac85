// Sends SMS by Twilio's Messages API, or by a gateway that speaks it.
import type { Twilio } from 'twilio'
import type { MessageInstance } from 'twilio/lib/rest/api/v2010/account/message.js'
import {
  neverConnected,
  type OutgoingSms,
  type SendOutcome,
  type SmsTransport,
  type TakenList,
} from '../transport.ts'
import { listTaken } from './twilio-taken.ts'

export interface TwilioOptions {
  readonly accountSid: string
  readonly authToken: string
  /** A number or sender name, unless `messagingServiceSid` is set. */
  readonly from?: string | undefined
  readonly messagingServiceSid?: string | undefined
  /** Another endpoint with the same API. */
  readonly apiBase?: string | undefined
  /** Twilio reports to this address with the message's id appended. Absent: no reports. */
  readonly statusUrl?: string | undefined
  readonly timeoutMs?: number
}

const certificateFault = /^(CERT_|ERR_TLS_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/

/** Twilio allows 1 to 36,000 s. In less than 10 s the network could hardly deliver. */
const shortestLife = 10
const longestLife = 36_000

export function createTwilioTransport(options: TwilioOptions): SmsTransport {
  let client: Promise<Twilio> | undefined
  const sender = options.messagingServiceSid
    ? { messagingServiceSid: options.messagingServiceSid }
    : { from: options.from ?? '' }

  async function connected(): Promise<Twilio | undefined> {
    try {
      client ??= connect(options)
      return await client
    } catch {
      client = undefined
    }
  }
  const misconfigured = { kind: 'deferred', code: 'gateway.misconfigured' } as const

  async function send(sms: OutgoingSms): Promise<SendOutcome> {
    const twilio = await connected()
    if (!twilio) return misconfigured
    if (!sms.mayLeave()) return { kind: 'deferred', code: 'portal.late' }
    try {
      const taken = await twilio.messages.create({
        ...sender,
        to: sms.to,
        body: sms.text,
        validityPeriod: Math.trunc(
          Math.min(Math.max(sms.secondsToLive, shortestLife), longestLife),
        ),
        ...(options.statusUrl ? { statusCallback: `${options.statusUrl}/${sms.id}` } : {}),
      })
      return outcomeOfAnswer(taken)
    } catch (fault) {
      return outcomeOf(fault as RequestFault)
    }
  }

  async function list(to: string, since: Date): Promise<TakenList> {
    const twilio = await connected()
    if (!twilio) return misconfigured
    try {
      return await listTaken(twilio, to, since)
    } catch (fault) {
      const { status } = fault as RequestFault
      const code = codeOf(fault as RequestFault)
      // A status of `noList` means a gateway that keeps no list, or with Twilio an unknown account.
      return { kind: status !== undefined && noList.has(status) ? 'unable' : 'deferred', code }
    }
  }
  return { keeps: false, send, listTaken: list, close() {} }
}

const noList = new Set([404, 405, 501])

/** Loaded with the first SMS: the package is larger than the rest of the portal. */
async function connect({
  accountSid,
  authToken,
  apiBase,
  timeoutMs = 15_000,
}: TwilioOptions): Promise<Twilio> {
  const { default: twilio } = await import('twilio')
  // A kept connection that the other side closed would look like a lost answer.
  const client = twilio(accountSid, authToken, {
    timeout: timeoutMs,
    keepAlive: false,
    autoRetry: false,
  })
  if (apiBase) client.api.baseUrl = apiBase
  return client
}

interface RequestFault {
  /** HTTP status of the answer, if there was one. */
  readonly status?: number
  /** Twilio's number, or the system's name of a network fault. */
  readonly code?: number | string
  readonly syscall?: string
}

// Security: Only codes leave the Twilio client.
// Its errors hold the number, the text and our token.
const codeOf = ({ status, code }: RequestFault): string =>
  status === undefined
    ? `net.${typeof code === 'string' ? code : 'fault'}`
    : `twilio.${code ?? status}`

const unsent = new Set(['failed', 'undelivered', 'canceled'])

/** Other gateways put errors into an answer of 2xx, so only a ticket without an error is a yes. */
function outcomeOfAnswer(
  answer: Pick<MessageInstance, 'sid' | 'errorCode'> & { status: unknown },
): SendOutcome {
  const { sid, errorCode, status } = answer
  if (errorCode) return { kind: 'refused', code: `twilio.${errorCode}` }
  if (typeof status === 'string' && unsent.has(status))
    return { kind: 'refused', code: `twilio.${status}` }
  if (typeof sid === 'string' && sid !== '') return { kind: 'accepted', providerId: sid }
  // Some gateways put the HTTP status of an error into its body.
  const httpStatus = Number(status)
  return httpStatus >= 400 && httpStatus < 600
    ? outcomeOf({ status: httpStatus })
    : { kind: 'unknown', code: 'twilio.no-ticket' }
}

function outcomeOf(fault: RequestFault): SendOutcome {
  const { status, code, syscall } = fault
  const answer = codeOf(fault)
  if (status === undefined) {
    const name = answer.slice('net.'.length)
    const unsent = neverConnected.has(name) || certificateFault.test(name) || syscall === 'connect'
    return { kind: unsent ? 'deferred' : 'unknown', code: answer }
  }
  // 401 concerns our account. After 429, and after 503 with a code of Twilio, nothing was taken.
  if (status === 401 || status === 429 || (status === 503 && code !== undefined))
    return { kind: 'deferred', code: answer }
  return status < 500 ? { kind: 'refused', code: answer } : { kind: 'unknown', code: answer }
}
