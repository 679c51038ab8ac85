// Shows the steps of one flow. Each page names the mailbox of its flow.
import type { Request, Response } from 'express'
import { writeAddress } from '#server/core/identifiers/mail-domain.ts'
import type { Page } from '#server/kit/pages/pages.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { type Flow, mailboxOf } from './store.ts'

export interface StepPages {
  show(req: Request, res: Response, flow: Flow, page: Page): void
  /**
   * If the form is of another flow than the browser's, shows a page about it and returns true.
   * @param form.due address of the due step of the browser's flow, if it goes on
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
  settings,
}: Pick<RecoveryParts, 'pages' | 'keyring' | 'settings'>): StepPages {
  const written = (flow: Flow) => writeAddress(mailboxOf(keyring, flow), settings.mailDomains)
  return {
    show: (req, res, flow, page) =>
      pages.show(req, res, {
        ...page,
        flow: flow.id,
        locals: { ...page.locals, mailbox: written(flow) },
      }),

    // Security: A form acts only in the flow that its page named.
    refuseOther(req, res, flow, { page, due }) {
      if (req.isFormOfFlow?.(flow.id)) return false
      const mailbox = written(flow)
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
