import { type Effect, errorOfTransport } from './http-outcome.ts'
import { PlatformError } from './mail-platform.ts'

export interface JsonCall {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface JsonAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

export type CallJson = (call: JsonCall) => Promise<JsonAnswer>

/** Returns answers of any status. @throws PlatformError without a complete answer */
export function createJsonCaller(platform: string, timeoutMs: number): CallJson {
  return async ({ method, url, headers, body }) => {
    const effect: Effect = method === 'GET' ? 'read' : 'write'
    try {
      const response = await fetch(url, {
        method,
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : jsonType),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        // Security: A redirect is not followed, since it would take key and password elsewhere.
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
      })
      return {
        status: response.status,
        headers: response.headers,
        body: parse(await response.text()),
      }
    } catch (cause) {
      if (cause instanceof PlatformError) throw cause
      throw errorOfTransport(platform, effect, cause)
    }
  }
}

const jsonType = { 'content-type': 'application/json' }

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
