// The pages of one recovery: each names its mailbox, and its forms act in this recovery alone.
import type { Request, Response } from 'express'
import type { Page } from '#server/kit/pages/pages.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { type Flow, mailboxOf } from './store.ts'

export interface StepPages {
  /** Shows a step of the flow. */
  show(req: Request, res: Response, flow: Flow, page: Page): void
  /**
   * Answers a form that was made in another flow than the one that this browser is in now. Such a form does nothing.
   * @param due the step that is due in the flow, where it has not ended
   * @returns whether it was one
   */
  refuseOther(
    req: Request,
    res: Response,
    flow: Flow,
    form: { readonly page: string; readonly due?: string },
  ): boolean
}

export function createStepPages({
  pages,
  keyring,
}: Pick<WebParts, 'pages' | 'keyring'>): StepPages {
  return {
    show: (req, res, flow, page) =>
      pages.show(req, res, {
        ...page,
        flow: flow.id,
        locals: { ...page.locals, mailbox: mailboxOf(keyring, flow) },
      }),

    // Security: a form acts in the flow that its page named. Two links in two tabs of one browser are two flows.
    refuseOther(req, res, flow, { page, due }) {
      if (req.isFormOfFlow?.(flow.id)) return false
      const mailbox = mailboxOf(keyring, flow)
      pages.show(req, res, {
        id: page,
        view: 'recovery/flow/other-flow',
        errors: [{ field: 'flow', reason: 'other', params: { mailbox }, at: 'main' }],
        locals: { mailbox, href: due ?? null },
      })
      return true
    },
  }
}
