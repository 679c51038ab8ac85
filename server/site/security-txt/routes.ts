import { Router } from 'express'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'

const yearMs = 365 * msPerDay

/** RFC 9116. Section 2.5.5 wants the file to expire in less than a year. */
export function securityTxtRoutes(baseUrl: string, contact: string, clock: Clock): Router {
  return Router().get('/.well-known/security.txt', (_req, res) => {
    const expires = new Date(clock.now().getTime() + yearMs / 2)
    expires.setUTCHours(0, 0, 0, 0)
    res.type('text/plain; charset=utf-8')
    const lines = [
      `Contact: mailto:${contact}`,
      `Expires: ${expires.toISOString()}`,
      'Preferred-Languages: be, ru, en, de',
      `Canonical: ${baseUrl}/.well-known/security.txt`,
    ]
    res.send(`${lines.join('\n')}\n`)
  })
}
