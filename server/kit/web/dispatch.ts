// Leads a request to the one feature of its page. Trying every path was half a form page's cost.
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'

export const onlyLooks = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/** A fault goes on to the error handler. */
export function inOrder(handlers: readonly RequestHandler[]): RequestHandler {
  return (req, res, next) => run(handlers, req, res, next)
}

function run(
  handlers: readonly RequestHandler[],
  req: Request,
  res: Response,
  next: NextFunction,
): void {
  let at = 0
  const step: NextFunction = (fault?: unknown) => {
    const handler = handlers[at]
    at += 1
    if (fault || !handler) return next(fault)
    try {
      const promised: unknown = handler(req, res, step)
      if (promised instanceof Promise) promised.catch(next)
    } catch (thrown) {
      next(thrown)
    }
  }
  step()
}

/** A segment with a placeholder or a pattern may match more than one segment, or none. */
const plainWord = /^\/([\w.-]+)(?:\/|$)/

/** In lower case, because Express ignores case; undefined for what is no plain word. */
const firstSegment = (path: string): string | undefined =>
  path === '/' ? '/' : plainWord.exec(path)?.[1]?.toLowerCase()

/** The first segments of all routes; undefined if the router may answer under any. */
function segmentsOf(router: Router): ReadonlySet<string> | undefined {
  const segments = new Set<string>()
  for (const { route } of router.stack) {
    const segment = typeof route?.path === 'string' ? firstSegment(route.path) : undefined
    if (segment === undefined) return undefined
    segments.add(segment)
  }
  return segments
}

export function byFirstSegment(routers: readonly Router[]): RequestHandler {
  const branches = routers.map((router) => ({ router, segments: segmentsOf(router) }))
  const under = (name: string) =>
    branches.filter(({ segments }) => segments?.has(name) ?? true).map(({ router }) => router)
  const names = new Set(branches.flatMap(({ segments }) => [...(segments ?? [])]))
  const bySegment = new Map(Array.from(names, (name) => [name, under(name)]))
  const anywhere = under('')
  return (req, res, next) => {
    const segment = firstSegment(req.path)
    // Every router judges a path in another spelling (encoded, doubled slashes).
    const found = segment === undefined ? routers : (bySegment.get(segment) ?? anywhere)
    run(found, req, res, next)
  }
}
