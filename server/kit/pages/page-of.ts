import type { Request } from 'express'

/** Ends of addresses that are deeds without a page of their own; the page with their button stands before them. */
const deed =
  /(?:\/[^/]+\/(?:end|keep|revoke)|\/[0-9a-f-]{36}\/remove|(?<=\/\d+)\/(?:approve|attribute|claim|close|decide|note|refuse|release)|\/(?:again|end-others|looked|remove|renew|revoke-all|shortcuts|sign-out|space|waiting-password\/stop))$/

/** Where "Try again" leads: the page that was asked for, or that the form stands on. */
export function pageOf(req: Request): string {
  const path = req.path.replace(deed, '')
  // Security: neither a token in the path nor a path that is none of ours is repeated in a page.
  return /^(?:\/(?:[a-z][a-z-]{0,30}|\d{1,18}))+$/.test(path) ? path : '/'
}
