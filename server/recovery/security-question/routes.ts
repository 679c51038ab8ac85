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
import { formOf } from '#server/kit/web/form-page.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { methodsPage } from '../contacts/show-contact.ts'
import { createChangeLimit } from '../methods/change-method.ts'
import { questionIds } from './questions.ts'
import { judgeQuestion, type QuestionRemoved, removeQuestion, setQuestion } from './set-question.ts'
import { spellingsOf } from './spellings.ts'

const formPage = '/account/recovery/security-question'

async function isOwnPassword(
  parts: RecoveryParts,
  accountId: string,
  answer: string,
): Promise<boolean> {
  for (const typed of spellingsOf(answer))
    if (await isPresentPassword(parts, accountId, typed)) return true
  return false
}

export function securityQuestionRoutes(parts: RecoveryParts): Router {
  const { clock } = parts
  const show = showQuestion(parts)
  const countChange = createChangeLimit(parts.limits)
  const fresh = (page?: string) => requireFreshPassword(clock.now, page)
  const set = setAnswer(parts, show, countChange)
  const toMethods = [formOf(formPage), requireAccount(methodsPage), fresh(methodsPage)]
  return Router()
    .get(formPage, requireAccount(), fresh(), (req, res) => show.form(req, res))
    .post(formPage, requireAccount(), fresh(), set)
    .post(`${formPage}/remove`, toMethods, async (req: Request, res: Response) => {
      await countChange(accountOf(req).id)
      const asking = { ...proofOf(req), client: parts.client(req) }
      return answerRemoved(req, res, show, await removeQuestion(parts, asking))
    })
}

type ShowQuestion = ReturnType<typeof showQuestion>

function showQuestion(parts: RecoveryParts) {
  const { pages, db, clock } = parts

  async function form(
    req: Request,
    res: Response,
    question = '',
    errors: readonly FormError[] = [],
  ): Promise<void> {
    const at = clock.now()
    const accountId = accountOf(req).id
    const { state } = await parts.methods.describeOne(db, accountId, 'security-question', at)
    pages.show(req, res, {
      id: 'security-question',
      view: 'recovery/security-question/security-question',
      errors,
      values: { question },
      locals: {
        gone: state === 'removed' || state === 'closed' ? `security-question.${state}` : undefined,
        isSet: state === 'set',
        questions: questionIds,
        probation: await findProbation(db, accountId, at),
      },
    })
  }

  return {
    form,
    refused: (req: Request, res: Response, reason: 'removed' | 'closed') =>
      form(req, res, '', [{ field: 'security-question', reason, at: 'main' }]),
    probation(req: Request, res: Response, until: Date) {
      const params = { until: pages.formatsFor(req).bound(until, clock.now()) }
      const error = { field: 'recovery-methods', reason: 'probation', params, at: 'main' } as const
      return form(req, res, '', [error])
    },
  }
}

const setAnswer =
  (parts: RecoveryParts, show: ShowQuestion, countChange: (accountId: string) => Promise<void>) =>
  async (req: Request, res: Response): Promise<void> => {
    if (parts.settings.securityQuestion === 'off') return show.refused(req, res, 'closed')
    const typed = readFields(req, ['question', 'answer'])
    const textOf = (id: string) => parts.pages.textsFor(req)(`security-question.questions.${id}`)
    const { id, address } = accountOf(req)
    const contacts = await parts.methods.contactsOf(parts.db, id)
    const judged = judgeQuestion(typed, address, textOf, contacts)
    if (judged.kind === 'refused') return show.form(req, res, typed.question, judged.refusals)
    // Security: The password of an account is refused as an answer, in capitals too.
    if (await isOwnPassword(parts, id, typed.answer))
      return show.form(req, res, typed.question, [{ field: 'answer', reason: 'is-password' }])
    await countChange(id)
    const asking = { ...proofOf(req), client: parts.client(req) }
    const outcome = await setQuestion(parts, asking, judged)
    switch (outcome.kind) {
      case 'set':
        setFlash(res, 'security-question-set')
        return res.redirect(303, methodsPage)
      case 'removed':
        return show.refused(req, res, 'removed')
      case 'probation':
        return show.probation(req, res, outcome.until)
      default:
        return assertNever(outcome)
    }
  }

function answerRemoved(
  req: Request,
  res: Response,
  show: ShowQuestion,
  outcome: QuestionRemoved,
): Promise<void> | void {
  switch (outcome.kind) {
    case 'removed':
      setFlash(res, 'security-question-removed')
      return res.redirect(303, methodsPage)
    case 'none':
      return res.redirect(303, methodsPage)
    case 'probation':
      return show.probation(req, res, outcome.until)
    default:
      return assertNever(outcome)
  }
}
