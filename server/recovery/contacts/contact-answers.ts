// Where a request about a contact leads: a redirect, or its form with an error.
import type { Request, Response } from 'express'
import { accountOf } from '#server/accounts/sessions/browser-session.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { msPerSecond } from '#server/core/durations.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import type { OnProbation } from '../methods/change-method.ts'
import type { Linked } from '../methods/link-contact.ts'
import type { AskedForProof } from './ask-for-proof.ts'
import { type ContactForms, methodsPage, type ShowContact } from './show-contact.ts'

export function createContactAnswers(parts: RecoveryParts, forms: ContactForms, show: ShowContact) {
  const { id } = forms
  const { confirmPage } = show
  return {
    async answerAsked(req: Request, res: Response, asked: AskedForProof): Promise<void> {
      switch (asked.kind) {
        case 'asked':
          if (req.path.endsWith('/again')) setFlash(res, 'sent-again')
          return res.redirect(303, confirmPage)
        case 'limited': {
          const pending = await forms.pending(accountOf(req).id)
          throw new LimitReached('messages', asked.retryAfterSeconds, pending && confirmPage)
        }
        case 'exhausted': {
          const wait = asked.until.getTime() - parts.clock.now().getTime()
          throw new LimitReached('recovery-tries', wait / msPerSecond)
        }
        case 'probation':
          return show.probation(req, res, asked.until)
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
          return show.confirm(req, res, [{ field: id, reason: 'taken' }])
        case 'refused':
          if (linked.reason === 'wrong')
            parts.log.security({ event: 'code.wrong', ...askerOf(req), what: id })
          return show.confirm(req, res, [{ field: 'code', reason: linked.reason }])
        case 'probation':
          return show.probation(req, res, linked.until)
        default:
          return assertNever(linked)
      }
    },

    async answerRemoved(req: Request, res: Response, removed: 'done' | OnProbation) {
      if (removed !== 'done') return show.probation(req, res, removed.until)
      setFlash(res, `${id}-removed`)
      res.redirect(303, methodsPage)
    },
  }
}
