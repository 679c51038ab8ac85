// What the owner's page shows: the sheet in force, or a new one until a code was typed back.
import type { Request, Response } from 'express'
import { findProbation } from '#server/accounts/accounts/store.ts'
import { accountOf, proofOf } from '#server/accounts/sessions/browser-session.ts'
import { writeAddress } from '#server/core/identifiers/mail-domain.ts'
import { writeTypedCode } from '#server/core/keys/typed-code.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { handOver, type ShownOnceParts, takeOver } from '#server/kit/pages/shown-once.ts'
import { isHttps } from '#server/kit/web/parts.ts'
import type { RecoveryParts } from '#server/recovery/parts.ts'
import { digestOfCode, newSheet } from './sheet.ts'
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
  sendText(req: Request, res: Response): Promise<void>
  /** The codes that this session was given and that are not in force yet. */
  newCodesOf(req: Request): readonly string[]
  giveCodes(req: Request, res: Response): void
  /** Keeps digests in place of the codes: a second click is known by them. */
  noteInForce(req: Request, res: Response, codes: readonly string[]): void
  hasPutInForce(req: Request, code: string): boolean
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
  const handed = createHanded(once)

  const show: SheetPage['show'] = async (req, res, refused = { errors: [] }) => {
    const { id: accountId, address } = accountOf(req)
    const at = clock.now()
    const sheet = await findSheet(db, accountId)
    const codes = handed.read(req, 'new').map(writeTypedCode)
    const service = settings.brandName
    // A screen reader says by the title that the codes are there.
    const named = { titleKey: 'recovery-codes.sheet.title', titleParams: { service } }
    pages.show(req, res, {
      id: 'recovery-codes',
      view: 'recovery/recovery-codes/recovery-codes',
      ...refused,
      locals: {
        ...(codes.length > 0 && named),
        service,
        portal: new URL(settings.baseUrl).host,
        address,
        made: at,
        codes,
        left: sheet?.left ?? 0,
        doubtful: sheet?.doubtful === true,
        probation: await findProbation(db, accountId, at),
      },
    })
  }

  return {
    show,
    newCodesOf: (req) => handed.read(req, 'new'),
    onProbation(req, res, until) {
      const params = { until: pages.formatsFor(req).bound(until, clock.now()) }
      const error = { field: 'recovery-methods', reason: 'probation', params, at: 'main' }
      return show(req, res, { errors: [error] })
    },
    async sendText(req, res) {
      const codes = handed.read(req, 'new')
      const probation = await findProbation(db, accountOf(req).id, clock.now())
      if (codes.length === 0 || probation) return res.redirect(303, `/account/recovery/${page}`)
      const text = writeSheet(parts, req, codes)
      res.attachment(`${page}.txt`).type('text/plain').send(text)
    },
    giveCodes: (req, res) => handed.give(req, res, 'new', newSheet()),
    noteInForce: (req, res, codes) => handed.give(req, res, 'in-force', codes.map(written)),
    hasPutInForce: (req, code) => handed.read(req, 'in-force').includes(written(code)),
  }
}

const written = (code: string): string => digestOfCode(code).toString('base64url')

/** What a session was given: a new sheet, or the digests of the one that it has put in force. */
function createHanded(once: ShownOnceParts) {
  // Security: A sheet that was not put in force dies with its session and its epoch.
  const idOf = (req: Request): string => {
    const { epoch, session } = proofOf(req)
    return `${epoch} ${session?.toString('base64url')}`
  }
  return {
    give(req: Request, res: Response, kind: 'new' | 'in-force', words: readonly string[]): void {
      const { id: accountId } = accountOf(req)
      handOver(once, res, { accountId, id: idOf(req), secret: [kind, ...words].join(' ') })
    },
    read(req: Request, kind: 'new' | 'in-force'): readonly string[] {
      const handed = takeOver(once, req, accountOf(req).id)
      const [given, ...words] = handed?.id === idOf(req) ? handed.secret.split(' ') : []
      return given === kind ? words : []
    },
  }
}

function writeSheet(
  { pages, settings, clock }: RecoveryParts,
  req: Request,
  codes: readonly string[],
): string {
  const t = pages.textsFor(req)
  const mailbox = writeAddress(accountOf(req).address, settings.mailDomains)
  const lines = [
    t('recovery-codes.sheet.title', { service: settings.brandName }),
    `${t('recovery-codes.sheet.mailbox')}: ${mailbox}`,
    `${t('recovery-codes.sheet.made')}: ${pages.formatsFor(req).date(clock.now())}`,
    '',
    ...codes.map(writeTypedCode),
    '',
    t('recovery-codes.sheet.how', { portal: `${settings.baseUrl}/recover` }),
    t('recovery-codes.sheet.once'),
    t('recovery-codes.sheet.keep'),
  ]
  return `${lines.join('\r\n')}\r\n`
}
