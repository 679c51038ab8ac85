import { Router } from 'express'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'

const yearMs = 365 * msPerDay

/** RFC 9116. Expires in less than a year, as section 2.5.5 recommends, counted from the request. */
export function securityTxtRoutes(baseUrl: string, contact: string, clock: Clock): Router {
  return Router().get('/.well-known/security.txt', (_req, res) => {
    const expires = new Date(clock.now().getTime() + yearMs / 2)
    expires.setUTCHours(0, 0, 0, 0)
    res.type('text/plain; charset=utf-8')
    res.send(
      `Contact: mailto:${contact}\nExpires: ${expires.toISOString()}\nPreferred-Languages: be, ru, en, de\nCanonical: ${baseUrl}/.well-known/security.txt\n`,
    )
  })
}
