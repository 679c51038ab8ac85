// A browser without pictures: keeps cookies, finds forms, sends them with their token.
import assert from 'node:assert/strict'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** `data-page` of the page, or undefined. */
  readonly page: string | undefined
  /** Codes of `data-error`, in order. */
  readonly errors: readonly string[]
  /** Where a redirect leads, as a path. */
  readonly location: string | undefined
}

export interface Visitor {
  readonly cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  /** Shows the page at `path` (or at `options.from`), fills its form and sends it to `path`. */
  post(
    path: string,
    fields?: Record<string, string>,
    options?: { from?: string; headers?: Record<string, string> },
  ): Promise<Answer>
  /** Sends what is given, token or not. */
  send(
    path: string,
    body: string | Uint8Array | undefined,
    headers?: Record<string, string>,
    method?: string,
  ): Promise<Answer>
  /** Any valid token of this browser. */
  token(from?: string): Promise<string>
}

/** A secret that a page shows in groups, as people read it. */
export const secretOn = (html: string): string =>
  [...html.matchAll(/class="secret__group">([^<]+)</g)].map((found) => found[1]).join(' ')

/** Of an attribute, as the browser reads it. */
export const decode = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

/** @param ip where the browser is, told as a proxy tells it; absent: on this machine */
export function createVisitor(base: string, ip?: string): Visitor {
  const cookies = new Map<string, string>()

  function keep(headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';')
      const split = pair.indexOf('=')
      const name = pair.slice(0, split).trim()
      const gone = attributes.some((each) =>
        /^\s*max-age=0|^\s*expires=thu, 01 jan 1970/i.test(each),
      )
      if (gone) cookies.delete(name)
      else cookies.set(name, pair.slice(split + 1))
    }
  }

  async function request(path: string, init: RequestInit): Promise<Answer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(base + path, {
      redirect: 'manual',
      // A portal that never answers fails the test here, with the path, and not by the end of all patience.
      signal: AbortSignal.timeout(20_000),
      ...init,
      headers: {
        ...(ip ? { 'x-forwarded-for': ip } : {}),
        ...(cookie ? { cookie } : {}),
        ...(init.headers as Record<string, string>),
      },
    })
    keep(response.headers)
    const html = await response.text()
    const to = response.headers.get('location')
    return {
      status: response.status,
      headers: response.headers,
      html,
      page: /<main[^>]* data-page="([^"]+)"/.exec(html)?.[1],
      errors: [...html.matchAll(/data-error="([^"]+)"/g)].map((match) => match[1] ?? ''),
      location: to === null ? undefined : to.replace(base, ''),
    }
  }

  const visitor: Visitor = {
    cookies,
    get: (path, headers = {}) => request(path, { headers }),
    send: (path, body, headers = {}, method = 'POST') =>
      request(path, { method, headers, ...(body === undefined ? {} : { body: body as string }) }),
    async token(from = '/sign-in') {
      const { html } = await visitor.get(from)
      const token = /name="_csrf" value="([^"]+)"/.exec(html)?.[1]
      assert.ok(token, `no form at ${from}`)
      return decode(token)
    },
    async post(path, fields = {}, options = {}) {
      const _csrf = await visitor.token(options.from ?? path)
      const headers = { 'content-type': 'application/x-www-form-urlencoded', ...options.headers }
      return visitor.send(path, new URLSearchParams({ _csrf, ...fields }).toString(), headers)
    },
  }
  return visitor
}
