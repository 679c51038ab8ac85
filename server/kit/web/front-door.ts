// Checks of a request that need no database.
import type { Express, Request, RequestHandler } from 'express'
import { MalformedRequest } from '../pages/faults.ts'

/** `rawHeaders` holds names and values in turn. */
function countHosts({ rawHeaders }: Request): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

// Security: A request names one host.
// If it names two, the proxy may have judged the other (RFC 9112, 3.2). HTTP/1.0 may name none.
export const oneHost: RequestHandler = (req, _res, next) => {
  const hosts = countHosts(req)
  if (hosts === 1 || (hosts === 0 && req.httpVersion === '1.0')) return next()
  next(new MalformedRequest(`${hosts} hosts`))
}

/** Security: OPTIONS tells a stranger nothing about staff pages. */
export const answerOptions: RequestHandler = (req, res, next) => {
  if (req.method !== 'OPTIONS') return next()
  res.setHeader('Allow', 'GET, HEAD, POST')
  res.statusCode = 204
  res.end()
}

/** BASE_URL decides `req.secure`: only it says that a proxy in front of the portal ends TLS. */
export function decideSecure(app: Express, https: boolean): void {
  Object.defineProperty(app.request, 'secure', { value: https })
}
