// The way of a request through what every page needs to the one feature that has the page. Express alone would try every path of
// every feature, one after the other, and prepare a look at the path before each step: half the cost of a form page.
import type { NextFunction, Request, RequestHandler, Response, Router } from 'express'

/** Asks for a page, and sends no form. */
export const onlyLooks = ({ method }: Request): boolean => method === 'GET' || method === 'HEAD'

/** One handler for several that look at no path. A fault goes on to the error handler, as from any. */
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

/** Anything but a plain word may match more than one segment, or none. */
const plainWord = /^\/([\w.-]+)(?:\/|$)/

/** In lower case, for express looks at no case either; undefined for what is no plain word. */
const firstSegment = (path: string): string | undefined =>
  path === '/' ? '/' : plainWord.exec(path)?.[1]?.toLowerCase()

/** The first segments of all routes of a router; undefined where it may answer under any. */
function segmentsOf(router: Router): ReadonlySet<string> | undefined {
  const segments = new Set<string>()
  for (const { route } of router.stack) {
    const segment = typeof route?.path === 'string' ? firstSegment(route.path) : undefined
    // A middleware of the router's own, a pattern, or a path that begins with a placeholder.
    if (segment === undefined) return undefined
    segments.add(segment)
  }
  return segments
}

/** Hands a request to those routers alone that have a route under the first segment of its path, in the order given. */
export function byFirstSegment(routers: readonly Router[]): RequestHandler {
  const branches = routers.map((router) => ({ router, segments: segmentsOf(router) }))
  const under = (name: string) =>
    branches.filter(({ segments }) => segments?.has(name) ?? true).map(({ router }) => router)
  const names = new Set(branches.flatMap(({ segments }) => [...(segments ?? [])]))
  const bySegment = new Map(Array.from(names, (name) => [name, under(name)]))
  const anywhere = under('')
  return (req, res, next) => {
    const segment = firstSegment(req.path)
    // What is written in another way (encoded, with a doubled slash) is left to every router to judge.
    const found = segment === undefined ? routers : (bySegment.get(segment) ?? anywhere)
    run(found, req, res, next)
  }
}
