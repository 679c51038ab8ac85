// Which recovery a browser is in, and the step of it that is due.
import type { Request, Response } from 'express'
import { assertNever } from '#server/core/assert-never.ts'
import { setFlash } from '#server/kit/pages/flash.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { flowTokenHashOf } from './flow-cookie.ts'
import type { FlowState } from './flow-states.ts'
import type { StepPages } from './step-pages.ts'
import { type Flow, findFlow } from './store.ts'

export const newPasswordPath = '/recover/new-password'

export function createFlowSteps(parts: WebParts, steps: StepPages) {
  const { db, clock, recoveryMethods: methods } = parts

  const flowOf = async (req: Request): Promise<Flow | undefined> => {
    const tokenHash = flowTokenHashOf(parts, req)
    return tokenHash && (await findFlow(db, tokenHash, clock.now()))
  }

  /** Where the flow stands: a step out of order leads there. */
  function dueOf(flow: Flow | undefined): string {
    switch (flow?.state) {
      case undefined:
        return '/recover'
      case 'begun':
        return '/recover/method'
      case 'asked': {
        const asked = methods.find((method) => method.id === flow?.asked)
        return asked ? `/recover/${asked.pages.proof.path}` : '/recover/method'
      }
      case 'proven':
        return newPasswordPath
      case 'held':
      case 'done':
        return '/recover/done'
      default:
        return assertNever(flow?.state as never)
    }
  }

  /** The flow, where it is at one of these states; else the visitor is sent to the step that is due. */
  async function flowAt(
    req: Request,
    res: Response,
    states: readonly FlowState[],
  ): Promise<Flow | undefined> {
    const flow = await flowOf(req)
    req.about = flow?.address ?? undefined
    if (flow && states.includes(flow.state)) return flow
    // Its time was over, or it never began: the first page says so.
    if (!flow) setFlash(res, 'anew')
    res.redirect(303, dueOf(flow))
    return undefined
  }

  /** As `flowAt`, for a form: it must have been made in the flow that this browser is in. */
  async function formFlowAt(
    req: Request,
    res: Response,
    states: readonly FlowState[],
    page: string,
  ): Promise<Flow | undefined> {
    const flow = await flowOf(req)
    const ended = flow?.state === 'done' || flow?.state === 'held'
    const form = { page, ...(ended ? {} : { due: dueOf(flow) }) }
    if (flow && steps.refuseOther(req, res, flow, form)) return undefined
    return await flowAt(req, res, states)
  }

  return { flowOf, dueOf, flowAt, formFlowAt }
}
