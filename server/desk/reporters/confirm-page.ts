import type { Request, Response } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { showNoSuchLink } from '#server/recovery/dead-links/dead-link-page.ts'
import { confirmReport, findConfirmation, isConfirmLink } from './confirm-report.ts'

export async function showConfirmation(
  { desk, pages }: DeskPageParts,
  req: Request,
  res: Response,
): Promise<void> {
  const { token } = req.params
  const found = await findConfirmation(desk, token)
  if (found)
    return pages.show(req, res, {
      id: 'report-confirm',
      view: 'desk/reporters/confirm',
      locals: {
        ...found,
        here: req.path,
      },
    })
  const text = isConfirmLink(desk, token) ? 'report.gone' : 'unknown'
  showNoSuchLink(pages, req, res, { text, door: 'report' })
}

export async function takeConfirmation(
  { desk }: DeskPageParts,
  req: Request,
  res: Response,
): Promise<void> {
  await confirmReport(desk, req.params.token)
  res.redirect(303, req.path)
}
