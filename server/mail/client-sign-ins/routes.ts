import { Router } from 'express'
import { requireAccount } from '#server/accounts/sessions/browser-session.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { listKnownAppPasswords } from '../app-passwords/store.ts'
import { findMailboxProgress } from '../mailboxes/store.ts'
import { explain } from './explain.ts'
import type { ClientSignInParts } from './parts.ts'
import { statesOf } from './states.ts'
import { listGoodMarks, listSignIns } from './store.ts'

const shownAtMost = 50

export function clientSignInRoutes({ pages, db, settings, platform }: ClientSignInParts): Router {
  return Router().get('/account/mail-programs', requireAccount(), async (req, res) => {
    const owner = ownerOf(req)
    const mailbox = owner && (await findMailboxProgress(db, owner.id))
    if (!owner || !mailbox) throw new NotFound('an account without a mailbox')
    const facts = {
      marks: await listGoodMarks(db, owner.id),
      appPasswords: await listKnownAppPasswords(db, owner.id),
      passwordSince: mailbox.passwordLiveAt ?? mailbox.passwordChangedAt,
      mainPasswordOpensMail: mailbox.mainPasswordOpensMail,
    }
    const listed = await listSignIns(db, owner.id, shownAtMost)
    const signIns = listed.map((signIn) => ({
      service: signIn.service,
      place: signIn.place,
      tries: signIn.tries,
      at: signIn.lastAt,
      ...explain(signIn, facts),
    }))
    const isGood = ({ reason }: { reason: string }) => reason.startsWith('succeeded')
    const refused = signIns.filter((each) => !isGood(each))
    pages.show(req, res, {
      id: 'client-sign-ins',
      view: 'mail/client-sign-ins/client-sign-ins',
      locals: {
        refused,
        states: statesOf(signIns.map((each) => ({ ...each, isGood: isGood(each) }))),
        last: refused[0],
        succeeded: signIns.filter(isGood),
        days: Math.ceil(settings.clientSignInsDays),
        reportsSignIns: platform.reportsSignIns === true,
        appPasswords: platform.applyAppPasswords !== undefined,
      },
    })
  })
}
