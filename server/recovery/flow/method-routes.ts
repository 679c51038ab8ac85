// The pages of one recovery method: one asks for a contact, one takes the proof.
import type { Request, Response, Router } from 'express'
import { assertNever } from '#server/core/assert-never.ts'
import type { Limit } from '#server/kit/limits/limits.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { type FormError, readFields } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { challengeFlow } from './challenge-flow.ts'
import type { FlowState } from './flow-states.ts'
import { type FlowSteps, newPasswordPath } from './flow-steps.ts'
import { methodFlowOf } from './method-flow.ts'
import { proveFlow } from './prove-flow.ts'
import type { MethodPage, RecoveryMethod } from './recovery-method.ts'
import type { StepPages } from './step-pages.ts'
import type { Flow } from './store.ts'

export const beforeProof: readonly FlowState[] = ['begun', 'asked']

export interface MethodRouteParts {
  readonly parts: RecoveryParts
  readonly steps: FlowSteps
  readonly stepPages: StepPages
  readonly perNetwork: Limit
  readonly method: RecoveryMethod
}

/** How many codes the flow had asked for when the form was shown: shows a second click. */
const readSeen = (seen: string | undefined): number | undefined =>
  /^\d{1,9}$/.test(seen ?? '') ? Number(seen) : undefined

const viewOf = ({ id }: RecoveryMethod, page: string): string => `recovery/${id}/${page}`
const pathOf = ({ path }: MethodPage<string | null>): string => `/recover/${path}`

async function countSends({ parts, method }: MethodRouteParts, flow: Flow): Promise<number> {
  const { db, clock } = parts
  return (await method.sends?.(db, methodFlowOf(flow, clock.now()))) ?? 0
}

async function showProof(
  routeParts: MethodRouteParts,
  req: Request,
  res: Response,
  flow: Flow,
  refused: { readonly values?: Record<string, string>; readonly errors?: FormError[] } = {},
): Promise<void> {
  const { values = {}, errors = [] } = refused
  const { parts, steps, stepPages, method } = routeParts
  const { proof } = method.pages
  const described = await method.showProof(parts.db, methodFlowOf(flow, parts.clock.now()))
  if (!described) return res.redirect(303, steps.dueOf(flow))
  const sends = await countSends(routeParts, flow)
  stepPages.show(req, res, flow, {
    id: proof.page,
    view: viewOf(method, proof.page),
    errors,
    values,
    locals: { ...described, sends, flash: takeFlash(req, res, ['sent-again']) },
  })
}

function addProofPage(router: Router, routeParts: MethodRouteParts): void {
  const { flowAt } = routeParts.steps
  router.get(pathOf(routeParts.method.pages.proof), async (req, res) => {
    const flow = await flowAt(req, res, beforeProof)
    if (flow) await showProof(routeParts, req, res, flow)
  })
}

function addProofForm(router: Router, routeParts: MethodRouteParts, field: string): void {
  const { parts, steps, method } = routeParts
  const { proof } = method.pages
  const logWrong = (req: Request) =>
    parts.log.security({
      event: field === 'answer' ? 'answer.wrong' : 'code.wrong',
      ...askerOf(req),
      what: method.id,
    })

  router.post(pathOf(proof), async (req, res) => {
    const flow = await steps.formFlowAt(req, res, beforeProof, proof.page)
    if (!flow) return
    const typed = readFields(req, [field])[field] ?? ''
    const outcome = await proveFlow(parts, method, flow, typed)
    if (outcome.kind === 'proven') return res.redirect(303, newPasswordPath)
    // A second click at the same moment may have proven the flow first.
    const now = await steps.flowOf(req)
    if (now && !beforeProof.includes(now.state)) return res.redirect(303, steps.dueOf(now))
    if (outcome.kind === 'wait') throw new LimitReached('recovery-tries', outcome.retryAfterSeconds)
    const { reason } = outcome
    if (reason === 'wrong') logWrong(req)
    const text = proof.errorTexts?.[reason]
    await showProof(routeParts, req, res, flow, {
      values: proof.keepsTyped ? { [field]: typed } : {},
      errors: [{ field, reason, ...(text && { text }) }],
    })
  })
}

async function showChallenge(
  routeParts: MethodRouteParts,
  { page }: MethodPage,
  req: Request,
  res: Response,
  flow: Flow,
  refused: { readonly values?: Record<string, string>; readonly errors?: FormError[] } = {},
): Promise<void> {
  const { values = {}, errors = [] } = refused
  const locals = { sends: await countSends(routeParts, flow) }
  routeParts.stepPages.show(req, res, flow, {
    id: page,
    view: viewOf(routeParts.method, page),
    errors,
    values,
    locals,
  })
}

function addChallengePage(
  router: Router,
  routeParts: MethodRouteParts,
  challenge: MethodPage,
): void {
  const { flowAt } = routeParts.steps
  router.get(pathOf(challenge), async (req, res) => {
    const flow = await flowAt(req, res, beforeProof)
    if (flow) await showChallenge(routeParts, challenge, req, res, flow)
  })
}

function addChallengeForm(
  router: Router,
  routeParts: MethodRouteParts,
  challenge: MethodPage,
): void {
  const { parts, steps, perNetwork, method } = routeParts
  const { field } = challenge
  const proofPath = pathOf(method.pages.proof)

  router.post(pathOf(challenge), async (req, res) => {
    const flow = await steps.formFlowAt(req, res, beforeProof, challenge.page)
    if (!flow) return
    await perNetwork.demand(networkOf(req.ip))
    const form = readFields(req, [field, 'again', 'seen'])
    const typed = form[field] ?? ''
    const input = form.again ? null : typed
    const outcome = await challengeFlow(parts, method, flow, input, readSeen(form.seen))
    switch (outcome.kind) {
      case 'asked':
        if (form.again) setFlash(res, 'sent-again')
        return res.redirect(303, proofPath)
      case 'refused': {
        const errors = [{ field, reason: outcome.reason }]
        return showChallenge(routeParts, challenge, req, res, flow, {
          values: { [field]: typed },
          errors,
        })
      }
      case 'wait': {
        // The proof page says itself when another code can be asked for.
        if (outcome.underWay && !form.again) return res.redirect(303, proofPath)
        const backTo = flow.asked === method.id ? proofPath : undefined
        throw new LimitReached('messages', outcome.retryAfterSeconds, backTo)
      }
      case 'moved':
        return res.redirect(303, steps.dueOf(await steps.flowOf(req)))
      default:
        return assertNever(outcome)
    }
  })
}

export function addMethodPages(router: Router, routeParts: MethodRouteParts): void {
  const { challenge, proof } = routeParts.method.pages
  addProofPage(router, routeParts)
  if (proof.field !== null) addProofForm(router, routeParts, proof.field)
  if (!challenge) return
  addChallengePage(router, routeParts, challenge)
  addChallengeForm(router, routeParts, challenge)
}
