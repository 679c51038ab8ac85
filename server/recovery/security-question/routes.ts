import { type Request, type Response, Router } from 'express'
import { findProbation } from '#server/accounts/accounts/store.ts'
import { isPresentPassword } from '#server/accounts/password/change-password.ts'
import {
  accountOf,
  proofOf,
  requireAccount,
  requireFreshPassword,
} from '#server/accounts/sessions/browser-session.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { methodsPage } from '../contacts/contact-pages.ts'
import { createChangeLimit } from '../methods/change-method.ts'
import { questionIds } from './questions.ts'
import { judgeQuestion, removeQuestion, setQuestion } from './set-question.ts'
import { spellingsOf } from './spellings.ts'

const formPage = '/account/recovery/security-question'

async function isOwnPassword(parts: WebParts, accountId: string, answer: string): Promise<boolean> {
  for (const typed of spellingsOf(answer))
    if (await isPresentPassword(parts, accountId, typed)) return true
  return false
}

export function securityQuestionRoutes(parts: WebParts): Router {
  const { pages, db, clock } = parts
  const countChange = createChangeLimit(parts.limits)
  const fresh = (page?: string) => requireFreshPassword(clock.now, page)
  const askingOf = (req: Request) => ({ ...proofOf(req), client: parts.client(req) })
  const refused = (reason: 'removed' | 'closed'): FormError => ({
    field: 'security-question',
    reason,
    at: 'main',
  })

  async function showForm(
    req: Request,
    res: Response,
    question = '',
    errors: readonly FormError[] = [],
  ) {
    const at = clock.now()
    const accountId = accountOf(req).id
    const method = await parts.methods.describeOne(db, accountId, 'security-question', at)
    const locals = {
      state: method.state,
      questions: questionIds,
      probation: await findProbation(db, accountId, at),
    }
    pages.show(req, res, {
      id: 'security-question',
      view: 'recovery/security-question/security-question',
      errors,
      values: { question },
      locals,
    })
  }

  function showProbation(req: Request, res: Response, until: Date) {
    const params = { until: pages.formatsFor(req).dateTime(until) }
    return showForm(req, res, '', [
      { field: 'recovery-methods', reason: 'probation', params, at: 'main' },
    ])
  }

  return Router()
    .get(formPage, requireAccount(), fresh(), (req, res) => showForm(req, res))
    .post(formPage, requireAccount(), fresh(), async (req, res) => {
      if (parts.settings.securityQuestion === 'off')
        return showForm(req, res, '', [refused('closed')])
      const form = readFields(req, ['question', 'answer'])
      const textOf = (id: string) => pages.textsFor(req)(`security-question.questions.${id}`)
      const { id, address } = accountOf(req)
      const judged = judgeQuestion(form, address, textOf, await parts.methods.contactsOf(db, id))
      if (judged.kind === 'refused') return showForm(req, res, form.question, judged.refusals)
      // Security: an answer is given away sooner than a password, so it is never the password.
      if (await isOwnPassword(parts, id, form.answer))
        return showForm(req, res, form.question, [{ field: 'answer', reason: 'is-password' }])
      await countChange(accountOf(req).id)
      const outcome = await setQuestion(parts, askingOf(req), judged)
      switch (outcome.kind) {
        case 'set':
          setFlash(res, 'security-question-set')
          return res.redirect(303, methodsPage)
        case 'removed':
          return showForm(req, res, '', [refused('removed')])
        case 'probation':
          return showProbation(req, res, outcome.until)
        default:
          return assertNever(outcome)
      }
    })
    .post(
      `${formPage}/remove`,
      requireAccount(methodsPage),
      fresh(methodsPage),
      async (req, res) => {
        await countChange(accountOf(req).id)
        const outcome = await removeQuestion(parts, askingOf(req))
        switch (outcome.kind) {
          case 'removed':
            setFlash(res, 'security-question-removed')
            return res.redirect(303, methodsPage)
          case 'none':
            return res.redirect(303, methodsPage)
          case 'probation':
            return showProbation(req, res, outcome.until)
          default:
            return assertNever(outcome)
        }
      },
    )
}
