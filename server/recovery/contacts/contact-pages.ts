// What the pages of both kinds of contact have in common: a form that asks for it, a form that asks for its code, and their answers.
import type { Request, RequestHandler, Response } from 'express'
import { findProbation } from '#server/accounts/accounts/store.ts'
import {
  accountOf,
  freshMs,
  proofOf,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { type Asking, createChangeLimit, type Held } from '../methods/change-method.ts'
import type { Linked } from '../methods/link-contact.ts'
import type { AskedForProof } from './ask-for-proof.ts'
import type { Contact } from './contact.ts'
import type { PendingContact } from './pending-contact.ts'

export const methodsPage = '/account/recovery'

export interface ContactForms {
  readonly id: Contact['kind']
  /** Name of the field that the contact is typed into. */
  readonly field: 'address' | 'phone'
  /** What the form's view wants beyond what both kinds show. */
  locals?(): Readonly<Record<string, unknown>>
  /** The contact that waits for its code. */
  pending(
    accountId: string,
  ): Promise<Pick<PendingContact, 'value' | 'canonical' | 'typedAt' | 'sentAt'> | undefined>
  /** Seconds until the account can ask for another code to it. */
  waitFor(accountId: string, canonical: string): Promise<number>
}

export function createContactPages(parts: WebParts, forms: ContactForms) {
  const { pages, db, clock, methods } = parts
  const { id, field } = forms
  const formPage = `${methodsPage}/${id}`
  const confirmPage = `${formPage}/confirm`

  async function showForm(
    req: Request,
    res: Response,
    typed = '',
    errors: readonly FormError[] = [],
  ): Promise<void> {
    const at = clock.now()
    const accountId = accountOf(req).id
    const probation = await findProbation(db, accountId, at)
    const linked = (await methods.byId(id).findContact(db, accountId)) !== undefined
    const locals = { probation, linked, ...forms.locals?.() }
    pages.show(req, res, {
      id,
      view: `recovery/${id}/${id}`,
      errors,
      values: { [field]: typed },
      locals,
    })
  }

  async function showConfirm(
    req: Request,
    res: Response,
    errors: readonly FormError[] = [],
  ): Promise<void> {
    const accountId = accountOf(req).id
    const pending = await forms.pending(accountId)
    // A code that never was sent, or is long gone, has no page.
    if (!pending && errors.length === 0) return res.redirect(303, formPage)
    const wait = pending ? await forms.waitFor(accountId, pending.canonical) : 0
    const locals = {
      contact: pending?.value,
      sentAt: pending?.sentAt.getTime(),
      againAt: wait > 0 ? new Date(clock.now().getTime() + wait * 1000) : undefined,
      taken: errors.some((error) => error.reason === 'taken'),
    }
    pages.show(req, res, {
      id: `${id}-confirm`,
      view: `recovery/${id}/${id}-confirm`,
      errors,
      locals,
    })
  }

  function showProbation(req: Request, res: Response, until: Date): Promise<void> {
    const params = { until: pages.formatsFor(req).dateTime(until) }
    return showForm(req, res, '', [
      { field: 'recovery-methods', reason: 'probation', params, at: 'main' },
    ])
  }

  const requireFresh = requireFreshPassword(clock.now, confirmPage)
  /** Security: a contact that was typed long ago is sent nothing more by a browser that somebody found open. */
  const askAgain: RequestHandler = async (req, res, next) => {
    const pending = await forms.pending(accountOf(req).id)
    if (!pending) return res.redirect(303, formPage)
    if (clock.now().getTime() - pending.typedAt.getTime() < freshMs) return next()
    return requireFresh(req, res, next)
  }

  return {
    showForm,
    showConfirm,
    /** Guard of the form that sends the code again. Stands after `requireAccount`. */
    askAgain,
    countChange: createChangeLimit(parts.limits),
    /** Which code the page of the button "another code" knew of, so that a second click on it is told from the first. */
    seenBy(req: Request): { readonly seen: number | undefined } {
      const { seen } = readFields(req, ['seen'])
      return { seen: /^\d{1,15}$/.test(seen) ? Number(seen) : undefined }
    },

    askingOf: (req: Request): Asking => ({ ...proofOf(req), client: parts.client(req) }),

    async answerAsked(req: Request, res: Response, asked: AskedForProof): Promise<void> {
      switch (asked.kind) {
        case 'asked':
          return res.redirect(303, confirmPage)
        case 'limited': {
          const pending = await forms.pending(accountOf(req).id)
          throw new LimitReached(asked.retryAfterSeconds, pending && confirmPage)
        }
        case 'exhausted':
          throw new LimitReached((asked.until.getTime() - clock.now().getTime()) / 1000)
        case 'probation':
          return showProbation(req, res, asked.until)
        default:
          return assertNever(asked)
      }
    },

    async answerLinked(req: Request, res: Response, linked: Linked): Promise<void> {
      switch (linked.kind) {
        case 'linked':
          setFlash(res, `${id}-linked`)
          return res.redirect(303, methodsPage)
        case 'taken':
          return showConfirm(req, res, [{ field: id, reason: 'taken' }])
        case 'refused':
          if (linked.reason === 'wrong')
            parts.log.security({ event: 'code.wrong', ...askerOf(req), what: id })
          return showConfirm(req, res, [{ field: 'code', reason: linked.reason }])
        case 'probation':
          return showProbation(req, res, linked.until)
        default:
          return assertNever(linked)
      }
    },

    async answerRemoved(req: Request, res: Response, removed: 'done' | Held): Promise<void> {
      if (removed !== 'done') return showProbation(req, res, removed.until)
      setFlash(res, `${id}-removed`)
      res.redirect(303, methodsPage)
    },
  }
}
