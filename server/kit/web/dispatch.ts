// Leads a request to the routers that know its first segment. To try the paths of all features
// took half the time of a form page.
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'

export const onlyLooks = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/** Runs handlers one after the other. A fault skips the rest and goes to the error handler. */
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

/** A first segment without placeholder or pattern, which could match several segments or none. */
const plainWord = /^\/([\w.-]+)(?:\/|$)/

/** In lower case, because Express ignores case. Undefined if the segment is no plain word. */
const firstSegment = (path: string): string | undefined =>
  path === '/' ? '/' : plainWord.exec(path)?.[1]?.toLowerCase()

/** The first segments of a router's routes. Undefined if it may answer under any segment. */
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
    // A path in another spelling (encoded, doubled slashes) goes to all routers.
    const found = segment === undefined ? routers : (bySegment.get(segment) ?? anywhere)
    run(found, req, res, next)
  }
}
