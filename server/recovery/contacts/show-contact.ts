// What the pages of a contact show: the form for the contact and the form for its code.
import type { Request, Response } from 'express'
import { findProbation } from '#server/accounts/accounts/store.ts'
import { accountOf } from '#server/accounts/sessions/browser-session.ts'
import { msPerSecond } from '#server/core/durations.ts'
import { wasRefused } from '#server/kit/messages/delivery-store.ts'
import { takeFlash } from '#server/kit/pages/flash.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import type { Contact } from './contact.ts'
import type { PendingContact } from './pending-contact.ts'
import type { CodeMessages } from './store.ts'

export const methodsPage = '/account/recovery'

export interface ContactForms {
  readonly id: Contact['kind']
  readonly field: 'address' | 'phone'
  locals?(typed: string): Readonly<Record<string, unknown>>
  pending(accountId: string): Promise<Omit<PendingContact, 'kind'> | undefined>
  /** Seconds until the account can ask for another code to the contact. */
  waitFor(accountId: string, canonical: string): Promise<number>
}

export interface ShowContact {
  readonly confirmPage: string
  form(req: Request, res: Response, typed?: string, errors?: readonly FormError[]): Promise<void>
  confirm(req: Request, res: Response, errors?: readonly FormError[]): Promise<void>
  probation(req: Request, res: Response, until: Date): Promise<void>
}

export function showContact(parts: RecoveryParts, forms: ContactForms): ShowContact {
  const { pages, db, clock, methods } = parts
  const { id, field } = forms
  const formPage = `${methodsPage}/${id}`
  const isRefused = async ({ newest, earlier }: CodeMessages) =>
    newest !== null && (await wasRefused(db, { newest, earlier }))

  const form: ShowContact['form'] = async (req, res, typed = '', errors = []) => {
    const at = clock.now()
    const accountId = accountOf(req).id
    const probation = await findProbation(db, accountId, at)
    const linked = (await methods.byId(id).findContact(db, accountId)) !== undefined
    pages.show(req, res, {
      id,
      view: `recovery/${id}/${id}`,
      errors,
      values: { [field]: typed },
      locals: { probation, linked, ...forms.locals?.(typed) },
    })
  }

  return {
    confirmPage: `${formPage}/confirm`,
    form,
    async confirm(req, res, errors = []) {
      const accountId = accountOf(req).id
      const pending = await forms.pending(accountId)
      if (!pending && errors.length === 0) return res.redirect(303, formPage)
      const wait = pending ? await forms.waitFor(accountId, pending.canonical) : 0
      const againAt = new Date(clock.now().getTime() + wait * msPerSecond)
      pages.show(req, res, {
        id: `${id}-confirm`,
        view: `recovery/${id}/${id}-confirm`,
        errors,
        locals: {
          flash: takeFlash(req, res, ['sent-again']),
          contact: pending?.value,
          sentAt: pending?.sentAt.getTime(),
          againAt: wait > 0 ? againAt : undefined,
          isRefused: pending !== undefined && (await isRefused(pending.messages)),
          taken: errors.some((error) => error.reason === 'taken'),
        },
      })
    },
    probation(req, res, until) {
      const params = { until: pages.formatsFor(req).bound(until, clock.now()) }
      const error = { field: 'recovery-methods', reason: 'probation', params, at: 'main' } as const
      return form(req, res, '', [error])
    },
  }
}
