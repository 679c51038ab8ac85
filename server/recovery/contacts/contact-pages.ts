import type { Request, RequestHandler } from 'express'
import {
  accountOf,
  freshMs,
  proofOf,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { type Asking, createChangeLimit } from '../methods/change-method.ts'
import type { Resend } from './ask-for-proof.ts'
import { createContactAnswers } from './contact-answers.ts'
import { type ContactForms, methodsPage, showContact } from './show-contact.ts'

export function createContactPages(parts: RecoveryParts, forms: ContactForms) {
  const show = showContact(parts, forms)
  return {
    showForm: show.form,
    showConfirm: show.confirm,
    requireRecentContact: requireRecentContact(parts, forms),
    countChange: createChangeLimit(parts.limits),
    resendOf(req: Request): Resend {
      const { seen } = readFields(req, ['seen'])
      return { seen: /^\d{1,15}$/.test(seen) ? Number(seen) : undefined }
    },
    askingOf: (req: Request): Asking => ({ ...proofOf(req), client: parts.client(req) }),
    ...createContactAnswers(parts, forms, show),
  }
}

/** Security: A contact typed long ago gets another code only after the password. */
function requireRecentContact(parts: RecoveryParts, forms: ContactForms): RequestHandler {
  const formPage = `${methodsPage}/${forms.id}`
  const requireFresh = requireFreshPassword(parts.clock.now, `${formPage}/confirm`)
  return async (req, res, next) => {
    const pending = await forms.pending(accountOf(req).id)
    if (!pending) return res.redirect(303, formPage)
    const age = parts.clock.now().getTime() - pending.typedAt.getTime()
    if (age < freshMs) return next()
    return requireFresh(req, res, next)
  }
}
