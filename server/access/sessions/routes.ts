import { Router } from 'express'
import type { AccessParts } from '#server/access/parts.ts'
import { changeAccount } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import {
  accountOf,
  proofOf,
  requireAccount,
  requireFreshPassword,
  sessionDigestOf,
} from '#server/accounts/sessions/browser-session.ts'
import { mayMarkAsMine } from '#server/accounts/sessions/own-device-store.ts'
import { aliveSince, sessionTimesOf } from '#server/accounts/sessions/session-store.ts'
import { endSession, endSessions, listSessions } from '#server/accounts/sessions/store.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { formOf } from '#server/kit/web/form-page.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { submitForget, submitKeep } from './own-device-page.ts'

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

export function sessionRoutes(parts: AccessParts): Router {
  const { pages, db, clock, keyring, settings } = parts
  const times = sessionTimesOf(settings)
  const page = '/account/sessions'
  const fresh = requireFreshPassword(clock.now, page)

  return Router()
    .get('/account/sessions', requireAccount(), async (req, res) => {
      const current = sessionDigestOf(req)
      const { id } = accountOf(req)
      const sessions = await listSessions(db, id, aliveSince(clock, times))
      const mayMark = await mayMarkAsMine(db, id)
      pages.show(req, res, {
        id: 'sessions',
        view: 'access/sessions/sessions',
        locals: {
          flash: takeFlash(req, res, ['ended', 'others-ended', 'kept']),
          days: mayMark ? settings.knownSessionDays : undefined,
          isMine: mayMark && req.session.isMine === true,
          sessions: sessions.map(({ publicId, idDigest, isMine, ...shown }) => ({
            ...shown,
            isMine: mayMark && isMine,
            end: idDigest.equals(current) ? undefined : `/account/sessions/${publicId}/end`,
          })),
        },
      })
    })
    .post('/account/sessions/end-others', requireAccount('/account/sessions'), async (req, res) => {
      const accountId = ownerOf(req)?.id ?? ''
      const at = clock.now()
      await changeAccount(db, proofOf(req), async (trx) => {
        await parts.life.signOut(trx, { accountId, at, withMailPrograms: false })
        const count = await endSessions(trx, accountId, sessionDigestOf(req))
        if (count === 0) return
        const entry = { event: 'session.others-ended', details: { count } } as const
        await recordActivity(trx, keyring, { accountId, ...entry, at, client: parts.client(req) })
      })
      setFlash(res, 'others-ended')
      res.redirect(303, '/account/sessions')
    })
    .post(`${page}/keep-device`, formOf(page), requireAccount(page), fresh, submitKeep(parts, page))
    .post(`${page}/forget-device`, formOf(page), submitForget(parts))
    .post('/account/sessions/:id/end', requireAccount('/account/sessions'), async (req, res) => {
      const accountId = ownerOf(req)?.id ?? ''
      const id = String(req.params.id)
      if (!isUuid(id)) throw new NotFound('no such session')
      await changeAccount(db, proofOf(req), async (trx) => {
        const ended = await endSession(trx, accountId, id)
        // A session that has ended already, or of somebody else, is no fault.
        if (!ended) return
        const entry = { event: 'session.ended', details: { device: ended.device } } as const
        const about = { accountId, at: clock.now(), client: parts.client(req) }
        await recordActivity(trx, keyring, { ...about, ...entry })
      })
      setFlash(res, 'ended')
      res.redirect(303, '/account/sessions')
    })
}
