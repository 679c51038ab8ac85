// Finds the flow that a browser is in, and the step of it that is due.
import type { Request, Response } from 'express'
import { assertNever } from '#server/core/assert-never.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { flowTokenHashOf } from './flow-cookie.ts'
import type { FlowState } from './flow-states.ts'
import type { StepPages } from './step-pages.ts'
import { type Flow, findFlow, wasProven } from './store.ts'

export type StartNotice = 'start-again' | 'overtaken'

export const newPasswordPath = '/recover/new-password'

export interface FlowSteps {
  flowOf(req: Request): Promise<Flow | undefined>
  dueOf(flow: Flow | undefined): string
  /** Returns a flow in one of these states. Otherwise redirects to the due step. */
  flowAt(req: Request, res: Response, states: readonly FlowState[]): Promise<Flow | undefined>
  /** Like `flowAt`, for a sent form: refuses a form of another flow. */
  formFlowAt(
    req: Request,
    res: Response,
    states: readonly FlowState[],
    page: string,
  ): Promise<Flow | undefined>
}

/** The first page says it: the flow expired or never began, or the account has moved on. */
export async function whyNoFlow(parts: RecoveryParts, req: Request): Promise<StartNotice> {
  const tokenHash = flowTokenHashOf(parts, req)
  const wasFinished = tokenHash && (await wasProven(parts.db, tokenHash, parts.clock.now()))
  return wasFinished ? 'overtaken' : 'start-again'
}

export function createFlowSteps(parts: RecoveryParts, stepPages: StepPages): FlowSteps {
  const { db, clock, recoveryMethods } = parts

  const flowOf = async (req: Request): Promise<Flow | undefined> => {
    const tokenHash = flowTokenHashOf(parts, req)
    return tokenHash && (await findFlow(db, tokenHash, clock.now()))
  }

  function dueOf(flow: Flow | undefined): string {
    if (!flow) return '/recover'
    const { state } = flow
    switch (state) {
      case 'begun':
        return '/recover/method'
      case 'asked': {
        const asked = recoveryMethods.find(({ id }) => id === flow.asked)
        return asked ? `/recover/${asked.pages.proof.path}` : '/recover/method'
      }
      case 'proven':
        return newPasswordPath
      case 'held':
      case 'done':
        return '/recover/done'
      default:
        return assertNever(state)
    }
  }

  async function flowAt(
    req: Request,
    res: Response,
    states: readonly FlowState[],
  ): Promise<Flow | undefined> {
    const flow = await flowOf(req)
    req.about = flow?.address ?? undefined
    if (flow && states.includes(flow.state)) return flow
    if (!flow) setFlash(res, await whyNoFlow(parts, req))
    res.redirect(303, dueOf(flow))
    return undefined
  }

  async function formFlowAt(
    req: Request,
    res: Response,
    states: readonly FlowState[],
    page: string,
  ): Promise<Flow | undefined> {
    const flow = await flowOf(req)
    const hasEnded = flow?.state === 'done' || flow?.state === 'held'
    const form = hasEnded ? { page } : { page, due: dueOf(flow) }
    if (flow && stepPages.refuseOther(req, res, flow, form)) return undefined
    return await flowAt(req, res, states)
  }

  return { flowOf, dueOf, flowAt, formFlowAt }
}
