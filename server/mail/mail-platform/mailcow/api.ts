// mailcow's HTTP API. A refusal has status 200 too. A missing object comes empty.
import { errorOfStatus, tryLater } from '../http-outcome.ts'
import { createJsonCaller } from '../json-call.ts'
import { PlatformError } from '../mail-platform.ts'

export interface MailcowAccess {
  /** Where mailcow's pages are, such as `https://mail.example`. */
  readonly url: string
  /** mailcow must let this key write from the network address of this machine. */
  readonly apiKey: string
  readonly timeoutMs: number
}

/** `code` is how mailcow names the refusal, such as `object_exists`. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly code: string; readonly error: PlatformError }

export type MailcowApi = ReturnType<typeof createMailcowApi>

export function createMailcowApi({ url, apiKey, timeoutMs }: MailcowAccess) {
  const callJson = createJsonCaller('mailcow', timeoutMs)
  const headers = { 'x-api-key': apiKey }

  const call = async (method: 'GET' | 'POST', path: string, body?: unknown) => {
    const effect = method === 'GET' ? 'read' : 'write'
    const answer = await callJson({ method, url: new URL(`/api/v1/${path}`, url), headers, body })
    if (answer.status !== 200) {
      throw errorOfStatus('mailcow', effect, answer.status, answer.headers, codeOf(answer.body))
    }
    // During an update, mailcow answers with a page and status 200.
    if (typeof answer.body !== 'object') {
      throw new PlatformError(effect === 'write' ? 'unknown' : 'retry', 'mailcow answered no JSON')
    }
    return answer.body
  }

  return {
    async one<T>(path: string): Promise<T | undefined> {
      const found = await call('GET', path)
      return found === null || Array.isArray(found) || Object.keys(found).length === 0
        ? undefined
        : (found as T)
    },
    async all<T>(path: string): Promise<readonly T[]> {
      const found = await call('GET', path)
      return Array.isArray(found) ? found : []
    },
    async attempt(path: string, body: unknown): Promise<Outcome> {
      const answered = await call('POST', path, body)
      const items: unknown[] = Array.isArray(answered) ? answered : [answered]
      const bad = items.find((item) => failed.has((Object(item) as Item).type))
      if (bad) return refusal(codeOf(bad))
      if (items.some((item) => (Object(item) as Item).type === 'success')) return { kind: 'done' }
      throw new PlatformError('unknown', 'mailcow told neither success nor refusal')
    },
    /** @throws PlatformError for every refusal */
    async post(path: string, body: unknown): Promise<void> {
      const outcome = await this.attempt(path, body)
      if (outcome.kind === 'refused') throw outcome.error
    },
  }
}

type Item = { readonly type?: unknown; readonly msg?: unknown }
const failed = new Set<unknown>(['danger', 'error'])
/** Faults inside mailcow that pass by themselves, so a later try may succeed. */
const passing = new Set(['redis_error', 'mysql_error'])

function refusal(code: string): Outcome {
  const message = `mailcow refused: ${code}`
  return {
    kind: 'refused',
    code,
    error: passing.has(code) ? tryLater(message) : new PlatformError('permanent', message),
  }
}

/** Only the first part of a message: others may be values that were sent. */
function codeOf(item: unknown): string {
  const { msg } = Object(item) as Item
  const [code] = Array.isArray(msg) ? msg : [msg]
  return typeof code === 'string' ? code.slice(0, 80) : ''
}
