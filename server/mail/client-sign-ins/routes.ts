import { Router } from 'express'
import { requireAccount } from '#server/accounts/sessions/browser-session.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import type { ClientSignInParts } from './parts.ts'
import { readSignIns } from './read-sign-ins.ts'
import { statesOf } from './states.ts'

export function clientSignInRoutes({ pages, db, settings, platform }: ClientSignInParts): Router {
  return Router().get('/account/mail-programs', requireAccount(), async (req, res) => {
    const owner = ownerOf(req)
    const signIns = owner && (await readSignIns(db, owner.id))
    if (!signIns) throw new NotFound('an account without a mailbox')
    const refused = signIns.filter(({ isGood }) => !isGood)
    pages.show(req, res, {
      id: 'client-sign-ins',
      view: 'mail/client-sign-ins/client-sign-ins',
      locals: {
        refused,
        states: statesOf(signIns),
        last: refused[0],
        succeeded: signIns.filter(({ isGood }) => isGood),
        days: Math.ceil(settings.clientSignInsDays),
        reportsSignIns: platform.reportsSignIns === true,
        appPasswords: platform.applyAppPasswords !== undefined,
      },
    })
  })
}
