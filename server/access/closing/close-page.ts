import type { Request, RequestHandler, Response } from 'express'
import { changeAccount } from '#server/accounts/accounts/change-account.ts'
import { proofOf, stopSession } from '#server/accounts/sessions/browser-session.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { StaleProof } from '#server/core/faults.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { findSentForm } from '#server/kit/web/sent-forms-store.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import type { AccessParts } from '../parts.ts'
import { closeByOwner, closingEnd, findHindrance, type Hindrance } from './close-mailbox.ts'
import { closingOf, keepClosing } from './closing-cookie.ts'

export const closedPath = '/account/closed'

const choices = ['after', 'now'] as const

const formOf = (req: Request) => formDigestOf(req, { owner: proofOf(req).accountId })

async function show(
  parts: AccessParts,
  req: Request,
  res: Response,
  errors: readonly FormError[] = [],
  found?: Hindrance,
): Promise<void> {
  const at = parts.clock.now()
  const { hindrance, contacts } = await changeAccount(
    parts.db,
    proofOf(req),
    async (trx, account) => ({
      hindrance: found ?? (await findHindrance(trx, parts, account, at)),
      contacts: await parts.methods.contactsOf(trx, account.id),
    }),
  )
  const typed = readFields(req, ['contacts', 'confirm'])
  parts.pages.show(req, res, {
    id: 'close',
    view: 'access/closing/close',
    errors,
    values: { contacts: typed.contacts || 'after', confirm: typed.confirm },
    locals: {
      hindrance: hindrance?.kind,
      probationUntil: hindrance?.kind === 'probation' ? hindrance.until : undefined,
      until: closingEnd(parts, at),
      hasContacts: contacts.length > 0,
      offersExport: parts.offersExport,
    },
  })
}

/** The session of a second click has ended with the first one. */
const isSentAgain = async ({ db, clock }: AccessParts, req: Request) =>
  (await findSentForm(db, formOf(req), clock.now())) !== undefined

async function leave(
  parts: AccessParts,
  req: Request,
  res: Response,
  account: { readonly id: string; readonly epoch: number },
): Promise<void> {
  keepClosing(parts, res, account, new Date(req.session.confirmedAt ?? 0))
  await stopSession(req)
  // W3C Clear Site Data: the browser also forgets cached pages of the account.
  res.setHeader('Clear-Site-Data', '"cache", "storage"')
  res.redirect(303, closedPath)
}

export const showClose =
  (parts: AccessParts): RequestHandler =>
  (req, res) =>
    show(parts, req, res)

/** A form that is sent again finds its session ended, and leads to the same page. */
export const answerSentAgain =
  (parts: AccessParts): RequestHandler =>
  (req, res, next) => {
    if (ownerOf(req) || !closingOf(parts, req)) return next()
    res.redirect(303, closedPath)
  }

export const submitClose =
  (parts: AccessParts): RequestHandler =>
  async (req, res) => {
    const { contacts, confirm } = readFields(req, ['contacts', 'confirm'])
    const choice = choices.find((each) => each === (contacts || 'after'))
    if (!choice) return show(parts, req, res, [{ field: 'contacts', reason: 'unknown' }])
    if (confirm !== 'on') return show(parts, req, res, [{ field: 'confirm', reason: 'missing' }])
    const proof = proofOf(req)
    const asking = { ...proof, client: parts.client(req) }
    try {
      const freesContacts = choice === 'now'
      const outcome = await closeByOwner(parts, asking, { freesContacts }, formOf(req))
      switch (outcome.kind) {
        case 'closing':
          return await leave(parts, req, res, outcome.account)
        case 'probation':
        case 'restricted':
          return await show(parts, req, res, [], outcome)
        default:
          return assertNever(outcome)
      }
    } catch (fault) {
      if (!(fault instanceof StaleProof) || !(await isSentAgain(parts, req))) throw fault
      await leave(parts, req, res, { id: proof.accountId, epoch: proof.epoch + 1 })
    }
  }
