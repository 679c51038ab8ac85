// A browser for tests: it keeps cookies, finds forms and sends them with their token.
import assert from 'node:assert/strict'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** `data-page` of the page, or undefined. */
  readonly page: string | undefined
  /** Codes of `data-error`. */
  readonly errors: readonly string[]
  /** Where a redirect leads, as a path. */
  readonly location: string | undefined
}

export interface Visitor {
  readonly cookies: Map<string, string>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  /** Opens the page at `path` or at `options.from`, and sends its form to `path`. */
  post(
    path: string,
    fields?: Record<string, string>,
    options?: { from?: string; headers?: Record<string, string> },
  ): Promise<Answer>
  /** Sends the body without a token of its own. */
  send(
    path: string,
    body: string | Uint8Array | undefined,
    headers?: Record<string, string>,
    method?: string,
  ): Promise<Answer>
  /** A valid token of this browser. */
  token(from?: string): Promise<string>
}

/** A secret that a page shows in groups. */
export const secretOn = (html: string): string =>
  [...html.matchAll(/class="secret__group">([^<]+)</g)].map((found) => found[1]).join(' ')

/** Decodes an attribute. */
export const decode = (text: string) =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#34;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

function keepCookies(cookies: Map<string, string>, headers: Headers): void {
  for (const line of headers.getSetCookie()) {
    const [pair = '', ...attributes] = line.split(';')
    const split = pair.indexOf('=')
    const name = pair.slice(0, split).trim()
    const isGone = attributes.some((each) =>
      /^\s*max-age=0|^\s*expires=thu, 01 jan 1970/i.test(each),
    )
    if (isGone) cookies.delete(name)
    else cookies.set(name, pair.slice(split + 1))
  }
}

async function answerOf(response: Response, base: string): Promise<Answer> {
  const { status, headers } = response
  const html = await response.text()
  return {
    status,
    headers,
    html,
    page: /<main[^>]* data-page="([^"]+)"/.exec(html)?.[1],
    errors: [...html.matchAll(/data-error="([^"]+)"/g)].map((match) => match[1] ?? ''),
    location: headers.get('location')?.replace(base, ''),
  }
}

/** @param ip address of the browser, as a proxy reports it; absent: this machine */
export function createVisitor(base: string, ip?: string): Visitor {
  const cookies = new Map<string, string>()

  async function request(path: string, init: RequestInit): Promise<Answer> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(base + path, {
      redirect: 'manual',
      // A portal that never answers fails the test here, where the path is known.
      signal: AbortSignal.timeout(20_000),
      ...init,
      headers: {
        ...(ip ? { 'x-forwarded-for': ip } : {}),
        ...(cookie ? { cookie } : {}),
        ...(init.headers as Record<string, string>),
      },
    })
    keepCookies(cookies, response.headers)
    return await answerOf(response, base)
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
