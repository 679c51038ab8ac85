// What the owner's page shows: the sheet in force, or a new one until a code was typed back.
import type { Request, Response } from 'express'
import { findProbation } from '#server/accounts/accounts/store.ts'
import { accountOf } from '#server/accounts/sessions/browser-session.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { handOver, letGo, type ShownOnceParts, takeOver } from '#server/kit/pages/shown-once.ts'
import { isHttps } from '#server/kit/web/parts.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { newSheet, writeCode } from './sheet.ts'
import { findSheet } from './store.ts'

/** Long enough to find a printer. */
const shownMinutes = 60
const page = 'recovery-codes'

export interface Refused {
  readonly errors: readonly FormError[]
  readonly values?: Readonly<Record<string, string>>
}

export interface SheetPage {
  /** @param refused the typed text, and its error */
  show(req: Request, res: Response, refused?: Refused): Promise<void>
  onProbation(req: Request, res: Response, until: Date): Promise<void>
  sendText(req: Request, res: Response): void
  /** The codes that this browser was given and that are not in force yet. */
  newCodesOf(req: Request): readonly string[]
  giveCodes(req: Request, res: Response): void
  forgetCodes(res: Response): void
}

const onceParts = ({ keyring, settings, clock }: RecoveryParts): ShownOnceParts => ({
  page,
  keyring,
  https: isHttps(settings),
  now: clock.now,
  minutes: shownMinutes,
})

export function createSheetPage(parts: RecoveryParts): SheetPage {
  const { db, clock, pages, settings } = parts
  const once = onceParts(parts)
  const newCodesOf = (req: Request): readonly string[] =>
    takeOver(once, req, accountOf(req).id)?.secret.split(' ') ?? []

  const show: SheetPage['show'] = async (req, res, refused = { errors: [] }) => {
    const { id: accountId, address } = accountOf(req)
    const at = clock.now()
    pages.show(req, res, {
      id: 'recovery-codes',
      view: 'recovery/recovery-codes/recovery-codes',
      ...refused,
      locals: {
        service: settings.brandName,
        portal: new URL(settings.baseUrl).host,
        address,
        made: at,
        codes: newCodesOf(req).map(writeCode),
        left: (await findSheet(db, accountId))?.left ?? 0,
        probation: await findProbation(db, accountId, at),
      },
    })
  }

  return {
    show,
    newCodesOf,
    onProbation(req, res, until) {
      const params = { until: pages.formatsFor(req).dateTime(until) }
      const error = { field: 'recovery-methods', reason: 'probation', params, at: 'main' }
      return show(req, res, { errors: [error] })
    },
    sendText(req, res) {
      const codes = newCodesOf(req)
      if (codes.length === 0) return res.redirect(303, `/account/recovery/${page}`)
      const text = writeSheet(parts, req, codes)
      res.attachment(`${page}.txt`).type('text/plain').send(text)
    },
    giveCodes(req, res) {
      const accountId = accountOf(req).id
      handOver(once, res, { accountId, id: page, secret: newSheet().join(' ') })
    },
    forgetCodes: (res) => letGo(once, res),
  }
}

function writeSheet(
  { pages, settings, clock }: RecoveryParts,
  req: Request,
  codes: readonly string[],
): string {
  const t = pages.textsFor(req)
  const lines = [
    t('recovery-codes.sheet.title', { service: settings.brandName }),
    `${t('recovery-codes.sheet.mailbox')}: ${accountOf(req).address}`,
    `${t('recovery-codes.sheet.made')}: ${pages.formatsFor(req).date(clock.now())}`,
    '',
    ...codes.map(writeCode),
    '',
    t('recovery-codes.sheet.how', { portal: `${settings.baseUrl}/recover` }),
    t('recovery-codes.sheet.once'),
    t('recovery-codes.sheet.keep'),
  ]
  return `${lines.join('\r\n')}\r\n`
}
