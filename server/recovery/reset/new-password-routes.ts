// The last step of a recovery: the new password, and the page that says what became of it.
import { type Request, type Response, Router } from 'express'
import { keepDevice } from '#server/accounts/sessions/device-cookie.ts'
import { keepTypedName } from '#server/accounts/sessions/typed-name-cookie.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { showDeadProof } from '../flow/dead-proof-pages.ts'
import { createFlowSteps, type FlowSteps, newPasswordPath, whyNoFlow } from '../flow/flow-steps.ts'
import { createStepPages, type StepPages } from '../flow/step-pages.ts'
import type { Flow } from '../flow/store.ts'
import type { RecoveryParts } from '../parts.ts'
import { endedWithPassword, resetPassword, willWait } from './reset-password.ts'

interface NewPasswordRouteParts {
  readonly parts: RecoveryParts
  readonly steps: FlowSteps
  readonly stepPages: StepPages
}

function showNewPassword(
  { parts, stepPages }: NewPasswordRouteParts,
  req: Request,
  res: Response,
  flow: Flow,
  errors: FormError[] = [],
): void {
  stepPages.show(req, res, flow, {
    id: 'recover-new-password',
    view: 'recovery/flow/new-password',
    errors,
    locals: { address: flow.address, waits: willWait(parts, flow) },
  })
}

/** A second click gets the answer of the first. Another password is refused. */
async function answerAgain(
  { parts, steps, stepPages }: NewPasswordRouteParts,
  req: Request,
  res: Response,
  flow: Flow | undefined,
  typed: string,
): Promise<void> {
  const hasEnded = flow?.state === 'done' || flow?.state === 'held'
  if (!flow) setFlash(res, await whyNoFlow(parts, req))
  if (!hasEnded || (await endedWithPassword(parts, flow, typed)))
    return res.redirect(303, steps.dueOf(flow))
  const params = { state: flow.state }
  stepPages.show(req, res, flow, {
    id: 'recover-new-password',
    view: 'recovery/flow/done',
    errors: [{ field: 'password', reason: 'set-already', params, at: 'main' }],
    locals: { takesEffectAt: flow.takesEffectAt },
  })
}

async function setPassword(
  routeParts: NewPasswordRouteParts,
  req: Request,
  res: Response,
  flow: Flow,
  password: string,
): Promise<void> {
  const { parts, steps } = routeParts
  const keep = () => keepDevice(parts, req, res)
  const outcome = await resetPassword(parts, flow, password, parts.client(req), keep)
  const again = (now: Flow | undefined) => answerAgain(routeParts, req, res, now, password)
  const refuse = (reason: string, params?: Record<string, string>) =>
    showNewPassword(routeParts, req, res, flow, [
      params ? { field: 'password', reason, params } : { field: 'password', reason },
    ])
  switch (outcome.kind) {
    case 'done':
    case 'held':
      // The sign-in that follows shows the name, also after a link that was opened elsewhere.
      if (flow.address) keepTypedName(parts, res, flow.address)
      return res.redirect(303, '/recover/done')
    case 'refused': {
      // A second click may be judged after the first has set this very password.
      const now = outcome.reason === 'same' ? await steps.flowOf(req) : undefined
      return now && now.state !== 'proven' ? await again(now) : refuse(outcome.reason)
    }
    case 'waits-already': {
      const now = await steps.flowOf(req)
      if (now?.state === 'held') return await again(now)
      const until = parts.pages.formatsFor(req).bound(outcome.dueAt, parts.clock.now())
      return refuse('waits-already', { until })
    }
    case 'dead-link':
      return await showDeadProof(parts, req, res, flow)
    case 'moved':
      return await again(await steps.flowOf(req))
    default:
      return assertNever(outcome)
  }
}

export function newPasswordRoutes(parts: RecoveryParts): Router {
  const stepPages = createStepPages(parts)
  const steps = createFlowSteps(parts, stepPages)
  const routeParts = { parts, steps, stepPages }
  const afterProof = ['proven', 'done', 'held'] as const
  return Router()
    .get(newPasswordPath, async (req, res) => {
      const flow = await steps.flowAt(req, res, ['proven'])
      if (flow) showNewPassword(routeParts, req, res, flow)
    })
    .post(newPasswordPath, async (req, res) => {
      const flow = await steps.formFlowAt(req, res, afterProof, 'recover-new-password')
      if (!flow) return
      const { password } = readFields(req, ['password'])
      if (flow.state === 'proven') await setPassword(routeParts, req, res, flow, password)
      else await answerAgain(routeParts, req, res, flow, password)
    })
    .get('/recover/done', async (req, res) => {
      const flow = await steps.flowAt(req, res, ['done', 'held'])
      if (!flow) return
      stepPages.show(req, res, flow, {
        id: 'recover-done',
        view: 'recovery/flow/done',
        locals: { takesEffectAt: flow.takesEffectAt },
      })
    })
}
