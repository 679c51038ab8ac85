// What is judged of a request before anything is looked up for it.
import type { Express, Request, RequestHandler } from 'express'
import { MalformedRequest } from '../pages/faults.ts'

/** Names and values of the headers stand in turn in `rawHeaders`. */
function countHosts({ rawHeaders }: Request): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

/**
 * Security: a request names one host (RFC 9112, 3.2). Of two the proxy may have judged one and we
 * the other. Only HTTP/1.0 may
 * name none.
 */
export const oneHost: RequestHandler = (req, _res, next) => {
  const hosts = countHosts(req)
  if (hosts === 1 || (hosts === 0 && req.httpVersion === '1.0')) return next()
  next(new MalformedRequest(`${hosts} hosts`))
}

/**
 * Security: every address answers alike, so that a stranger does not learn which staff pages there
 * are.
 */
export const answerOptions: RequestHandler = (req, res, next) => {
  if (req.method !== 'OPTIONS') return next()
  res.setHeader('Allow', 'GET, HEAD, POST')
  res.statusCode = 204
  res.end()
}

/**
 * BASE_URL says whether people come by https; where a proxy ends TLS, only that tells. Set once for
 * all requests.
 */
export function decideSecure(app: Express, https: boolean): void {
  Object.defineProperty(app.request, 'secure', { value: https })
}
