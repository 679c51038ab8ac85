import { PlatformError } from './mail-platform.ts'

/** A write whose answer was lost may have been carried out. A read may be repeated. */
export type Effect = 'read' | 'write'

// RFC 9110, 10.2.3: a number, or a date.
// Such a date is compared with the answer's own Date, not with our clock.
export function retryAfterSeconds(headers: Headers): number | undefined {
  const value = headers.get('retry-after')
  if (value === null) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const seconds = Math.ceil((Date.parse(value) - Date.parse(headers.get('date') ?? '')) / 1000)
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds)
}

/** @param detail the platform's own words; must contain nothing that was sent */
export function errorOfStatus(
  platform: string,
  effect: Effect,
  status: number,
  headers: Headers,
  detail: string,
): PlatformError {
  const message = `${platform} answered HTTP ${status}${detail && `: ${detail}`}`
  const after = retryAfterSeconds(headers)
  // After 429 and 503, even a write may be repeated: nothing was done.
  if (status === 429 || status === 503) return tryLater(message, after)
  if (status === 408 || status >= 500)
    return effect === 'write' ? new PlatformError('unknown', message) : tryLater(message, after)
  return new PlatformError('permanent', message)
}

export function errorOfTransport(platform: string, effect: Effect, cause: unknown): PlatformError {
  const code = codeOf(cause)
  const message = `${platform} did not answer: ${code}`
  // Security: No error contains the password.
  // HTTP clients keep the whole request in the cause, so it is left out.
  return new PlatformError(effect === 'read' || neverSent.has(code) ? 'retry' : 'unknown', message)
}

export function tryLater(message: string, after?: number): PlatformError {
  return new PlatformError(
    'retry',
    message,
    after === undefined ? {} : { retryAfterSeconds: after },
  )
}

const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

function codeOf(error: unknown): string {
  const { code, name, cause } = Object(error) as { code?: unknown; name?: unknown; cause?: unknown }
  if (typeof code === 'string') return code
  return cause === undefined ? String(name ?? 'unknown') : codeOf(cause)
}
