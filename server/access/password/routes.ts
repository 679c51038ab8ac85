import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { AccessParts } from '#server/access/parts.ts'
import { isPresentPassword, judgeNewPassword } from '#server/accounts/password/change-password.ts'
import { createOwnChangeLimit } from '#server/accounts/password/own-change-limit.ts'
import {
  proofOf,
  renewSession,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { StaleProof } from '#server/core/faults.ts'
import { OtherSession } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { findSentForm } from '#server/kit/web/sent-forms-store.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { changeOwnPassword } from './change-own-password.ts'

type Owner = NonNullable<ReturnType<typeof ownerOf>>

/** Digest of the form without its password: of a password only the verifier may be stored. */
const formOf = (req: Request, owner: Owner) => formDigestOf(req, { fields: [], owner: owner.id })

const isSentAgain = async ({ db, clock }: AccessParts, req: Request, owner: Owner) =>
  (await findSentForm(db, formOf(req, owner), clock.now())) !== undefined

/** Refuses a form of another session, unless it is a second click after the change is done. */
const requireOwnForm =
  (parts: AccessParts): RequestHandler =>
  async (req, res, next) => {
    if (!req.isFormOfOther) return next()
    const owner = ownerOf(req)
    const typed = readFields(req, ['password']).password
    const isAgain = owner && (await isSentAgain(parts, req, owner))
    if (!isAgain || !(await isPresentPassword(parts, owner.id, typed)))
      throw new OtherSession('made in another session')
    res.redirect(303, '/account')
  }

async function change(
  parts: AccessParts,
  req: Request,
  owner: Owner,
  password: string,
): Promise<void> {
  const verifier = await parts.hasher.hash(password)
  const at = parts.clock.now()
  const client = parts.client(req)
  const asking = { ...proofOf(req), client }
  const form = formOf(req, owner)
  try {
    const epoch = await changeOwnPassword(parts, asking, { plain: password, verifier }, at, form)
    await renewSession(req, epoch, client, at)
  } catch (fault) {
    // The first of two simultaneous clicks may have ended this session: the second does nothing.
    const isAgain = fault instanceof StaleProof && (await isSentAgain(parts, req, owner))
    if (!isAgain || !(await isPresentPassword(parts, owner.id, password))) throw fault
  }
}

export function passwordRoutes(parts: AccessParts): Router {
  const { pages, clock } = parts
  const fresh = requireFreshPassword(clock.now)
  const changeLimit = createOwnChangeLimit(parts.limits)

  const showForm = (req: Request, res: Response, errors: FormError[] = []) =>
    pages.show(req, res, { id: 'password', view: 'access/password/password', errors })

  const submit: RequestHandler = async (req, res) => {
    const owner = ownerOf(req)
    if (!owner) return
    const typed = readFields(req, ['password']).password
    const judged = await judgeNewPassword(parts, owner, typed, 'own change')
    if (judged.kind === 'refused') {
      const { reason } = judged
      if (reason === 'same' && (await isSentAgain(parts, req, owner)))
        return res.redirect(303, '/account')
      return showForm(req, res, [{ field: 'password', reason }])
    }
    await changeLimit.demand(owner.id)
    await change(parts, req, owner, judged.password)
    setFlash(res, 'password-changed')
    res.redirect(303, '/account')
  }

  return Router()
    .get('/.well-known/change-password', (_req, res) => res.redirect(303, '/account/password'))
    .get('/account/password', requireAccount(), fresh, (req, res) => showForm(req, res))
    .post('/account/password', requireAccount(), requireOwnForm(parts), fresh, submit)
}
