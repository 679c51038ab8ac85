// Logs each request with the route's pattern: a path may hold a token.
import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Log } from '../log/log.ts'
import { routeOf } from '../log/security-log.ts'

declare module 'express-serve-static-core' {
  interface Request {
    id: string
  }
}

export interface ObservedRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly seconds: number
}

export function requestLog(log: Log, observe?: (request: ObservedRequest) => void): RequestHandler {
  return (req, res, next) => {
    req.id = randomUUID()
    const begun = performance.now()
    res.on('finish', () => {
      const seconds = (performance.now() - begun) / 1000
      const route = routeOf(req)
      observe?.({ method: req.method, route, status: res.statusCode, seconds })
      log.request({
        id: req.id,
        method: req.method,
        route,
        status: res.statusCode,
        ms: Math.round(seconds * 1000),
      })
    })
    next()
  }
}
