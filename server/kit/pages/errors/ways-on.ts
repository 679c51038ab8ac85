// Where a person can go on from a page that refused something.
import type { Request } from 'express'
import { ownerOf } from '../../web/session-owner.ts'

export interface WayOn {
  readonly href: string
  /** Key of the link's text. */
  readonly text: string
}

export const contactWay: WayOn = { href: '/help/contact', text: 'layout.ways.contact' }
export const recoverWay: WayOn = { href: '/recover', text: 'layout.ways.recover' }
const accountWay: WayOn = { href: '/account', text: 'layout.ways.account' }
const otherMethodWay: WayOn = { href: '/recover/method', text: 'layout.ways.other-method' }

function nextWay(req: Request): WayOn | undefined {
  if (ownerOf(req)) return accountWay
  if (req.path.startsWith('/recover/')) return otherMethodWay
  return req.path === '/recover' ? undefined : recoverWay
}

export function waysOnFrom(req: Request): readonly WayOn[] {
  const next = nextWay(req)
  return next ? [next, contactWay] : [contactWay]
}
