// Finds the token again in a link that a mail program lengthened.
import type { RequestHandler, Router } from 'express'

/** As `newToken`, `signToken` and `seal` write them. */
const token = /^(?:v1\.[0-9a-f]{8}\.)?[A-Za-z0-9_-]{22,600}/

/** What is left of `=3D` (RFC 2045, 6.7), or marks that some programs write for italics. */
const withLeftover = /^([A-Za-z0-9_-]{43})(?:3D|[_-]{1,3})$/

const linkPaths = (routers: readonly Router[]): string[] =>
  routers.flatMap(({ stack }) =>
    stack.flatMap(({ route }) => /^\/([a-z/-]+\/):token$/.exec(String(route?.path))?.[1] ?? []),
  )

/** @returns undefined if the link is whole, or if it is no link of ours */
function mended(rest: string): string | undefined {
  const found = token.exec(rest)?.[0]
  if (found === undefined) return undefined
  const tail = rest.slice(found.length)
  // A page below a link is another page.
  if (/^\/\w/.test(tail)) return undefined
  const whole = withLeftover.exec(found)?.[1] ?? found
  return whole === rest ? undefined : whole
}

/** Cuts off what cannot be of the token, on each path that ends with `:token`. */
export function mendLinks(routers: readonly Router[]): RequestHandler {
  const paths = [...new Set(linkPaths(routers))]
  const link = new RegExp(`^(/(?:${paths.join('|')}))([^?]+)(\\?.*)?$`, 'i')
  return (req, _res, next) => {
    const [, path, rest = '', query = ''] = link.exec(req.url) ?? []
    const whole = path === undefined ? undefined : mended(rest)
    if (whole !== undefined) req.url = `${path}${whole}${query}`
    next()
  }
}
