import type { Request } from 'express'

/** Endings of addresses that only take a form. Their page stands one step above. */
const formOnly = new RegExp(
  `(?:${[
    '/[^/]+/(?:end|keep|revoke)',
    '/[0-9a-f-]{36}/remove',
    '(?<=/\\d+)/(?:approve|attribute|claim|close|decide|note|refuse|release)',
    '/(?:again|end-others|looked|remove|renew|revoke-all|shortcuts|sign-out|space)',
    '/waiting-password/stop',
  ].join('|')})$`,
)

/** Where "Try again" leads. */
export function pageOf(req: Request): string {
  const path = req.path.replace(formOnly, '')
  // Security: A page repeats neither a token nor an unknown path of its address.
  return /^(?:\/(?:[a-z][a-z-]{0,30}|\d{1,18}))+$/.test(path) ? path : '/'
}
