import express, { type Request, type RequestHandler, Router } from 'express'
import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { maskEmailAddress } from '#server/core/identifiers/email-address.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { boundBody } from '#server/kit/web/body-bound.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { showNoSuchLink } from '../dead-links/dead-link-page.ts'
import { openStopToken } from './stop-token.ts'
import { findStop, liftStop, stopAddress } from './store.ts'

const stopPath = '/stop/:token'

const stopBytes = 8 * 1024

function addressOf({ keyring }: { readonly keyring: Keyring }, token: string): string {
  const canonical = openStopToken(keyring, token)
  if (canonical === undefined) throw new NotFound('no link of a letter')
  return canonical
}

const readForm = express.urlencoded({ extended: false, limit: stopBytes, parameterLimit: 20 })
const readParts = express.text({ type: 'multipart/form-data', limit: stopBytes })
const readOneClick: RequestHandler = (req, res, next) =>
  (req.is('multipart/form-data') ? readParts : readForm)(req, res, next)

/** The field comes urlencoded or as multipart (RFC 8058 3.2). */
const isOneClick = ({ body }: Request): boolean =>
  typeof body === 'string'
    ? /name="?List-Unsubscribe"?\r?\n\r?\nOne-Click\r?\n/i.test(body)
    : body?.['List-Unsubscribe'] === 'One-Click'

/**
 * Mail services send this request without cookie and form token (RFC 8058): mounted before both
 * are checked. All other requests go on to the page.
 */
export function oneClickRoutes(parts: {
  readonly db: Db
  readonly keyring: Keyring
  readonly clock: Clock
}): Router {
  const { db, keyring, clock } = parts
  return Router().post(
    stopPath,
    boundBody(stopBytes, readOneClick),
    async (req: Request<{ token: string }>, res, next) => {
      if (!isOneClick(req)) return next()
      const canonical = addressOf(parts, req.params.token)
      await stopAddress(db, keyring, canonical, clock.now())
      // RFC 8058 3.1 forbids a redirect.
      res.type('text/plain').set('Cache-Control', 'no-store').send('ok\n')
    },
  )
}

export function stoppedAddressRoutes(parts: RecoveryParts): Router {
  const { pages, db, keyring, clock } = parts
  return Router()
    .get(stopPath, async (req, res) => {
      const canonical = openStopToken(keyring, req.params.token)
      if (canonical === undefined)
        return showNoSuchLink(pages, req, res, { text: 'unknown', door: 'home' })
      const stoppedAt = await findStop(db, keyring, canonical)
      const locals = { address: maskEmailAddress(canonical), stoppedAt: stoppedAt ?? null }
      pages.show(req, res, { id: 'stop', view: 'recovery/stopped-addresses/stop', locals })
    })
    .post(stopPath, async (req, res) => {
      const canonical = addressOf(parts, req.params.token)
      if (readFields(req, ['what']).what === 'lift') await liftStop(db, keyring, canonical)
      else await stopAddress(db, keyring, canonical, clock.now())
      res.redirect(303, req.path)
    })
}
