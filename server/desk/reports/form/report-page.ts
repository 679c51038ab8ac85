// The form that reports a letter. What was typed and chosen outlives a refusal.

import type { Request, Response } from 'express'
import { msPerHour, msPerSecond } from '#server/core/durations.ts'
import { writeDomain } from '#server/core/identifiers/mail-domain.ts'
import { letterLimits } from '#server/core/letters/letter.ts'
import { beginningOfLetter } from '#server/desk/evidence/beginning-of-letter.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { LimitReached } from '#server/kit/pages/faults.ts'
import { readFields, readPasted } from '#server/kit/pages/forms.ts'
import { networkOf } from '#server/kit/web/client.ts'
import { cookieName } from '#server/kit/web/cookies.ts'
import { formSecretOf } from '#server/kit/web/csrf.ts'
import { isHttps } from '#server/kit/web/parts.ts'
import { formDigestOf } from '#server/kit/web/sent-forms.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { reportKinds } from '../report-kind.ts'
import { findSentReport, takeReport } from '../take-report.ts'
import { dropKeptLetter, findKeptLetter, type KeptLetter, keepLetter } from './kept-letter.ts'
import { sentFile, sentFileFault } from './report-body.ts'
import { type FormRefusal, judgeReportForm, type ReportForm } from './report-form.ts'

export const sentCookieOf = ({ settings }: DeskPageParts) => cookieName(isHttps(settings), 'report')

export const perNetworkOf = ({ limits, settings }: DeskPageParts) =>
  limits.limit('reports', {
    points: settings.limitReportsPerIpHour,
    seconds: msPerHour / msPerSecond,
  })

/** Refused letters that are kept. */
const keptOf = ({ limits }: DeskPageParts) =>
  limits.limit('kept-letters', { points: 20, seconds: msPerHour / msPerSecond })

const empty: ReportForm = { sender: '', kind: '', message_source: '', reporter: '', note: '' }

interface Shown {
  readonly form: ReportForm
  readonly kept?: KeptLetter | undefined
  readonly errors?: readonly FormRefusal[]
}

function showForm(
  { pages, settings }: DeskPageParts,
  req: Request,
  res: Response,
  { form, kept, errors = [] }: Shown,
): void {
  pages.show(req, res, {
    id: 'report',
    view: 'desk/reports/report',
    errors,
    ...(errors.some(({ reason }) => reason === 'too-large') && { status: 413 }),
    values: { ...form, kept_file: kept?.token ?? '' },
    locals: {
      kinds: reportKinds,
      fileBytes: letterLimits.takenBytes,
      domain: writeDomain(settings.mailDomains[0] ?? ''),
      kept: kept && {
        token: kept.token,
        name: kept.name,
        size: pages.formatsFor(req).bytes(kept.sizeBytes),
      },
    },
  })
}

const browserOf = ({ settings }: DeskPageParts, req: Request): string =>
  formSecretOf(req, isHttps(settings)) ?? ''

export async function openForm(parts: DeskPageParts, req: Request, res: Response): Promise<void> {
  const asked = typeof req.query.sender === 'string' ? req.query.sender.slice(0, 320) : ''
  const token = req.draft?.kept_file
  const kept = token ? await findKeptLetter(parts.desk, browserOf(parts, req), token) : undefined
  showForm(parts, req, res, { form: { ...empty, sender: asked }, kept })
}

// Security: A pasted letter is taken as it is, with NUL and broken characters.
const readForm = (req: Request): ReportForm => ({
  ...readFields(req, ['sender', 'kind', 'reporter', 'note']),
  message_source: readPasted(req, 'message_source'),
})

/** What was sent, or kept at a sending before. `gone`: it was kept, and is not any more. */
async function letterOf(
  parts: DeskPageParts,
  req: Request,
): Promise<KeptLetter | 'gone' | undefined> {
  const { kept_file, forget_file } = readFields(req, ['kept_file', 'forget_file'])
  const browser = browserOf(parts, req)
  const kept = kept_file ? await findKeptLetter(parts.desk, browser, kept_file) : undefined
  const bytes = sentFile(req)
  const isForgotten = bytes !== undefined || sentFileFault(req) !== undefined || forget_file !== ''
  if (!isForgotten) return kept_file && !kept ? 'gone' : kept
  if (kept) await dropKeptLetter(parts.desk, browser, kept.token)
  if (!bytes) return undefined
  const name = req.file?.originalname ?? ''
  return { token: '', name, bytes: beginningOfLetter(bytes), sizeBytes: bytes.length }
}

async function keepNew(
  parts: DeskPageParts,
  req: Request,
  letter: KeptLetter,
): Promise<KeptLetter | undefined> {
  const room = await keptOf(parts).count(networkOf(req.ip))
  if (room.kind === 'full') return undefined
  return await keepLetter(parts.desk, browserOf(parts, req), letter)
}

/** Shows the form again, with the letter kept if it was sent and has no fault itself. */
async function refuse(
  parts: DeskPageParts,
  req: Request,
  res: Response,
  { form, errors = [], letter }: Shown & { readonly letter: KeptLetter | undefined },
): Promise<void> {
  const isFaulty = errors.some(({ field }) => field === 'message_file')
  if (!letter || isFaulty) return showForm(parts, req, res, { form, errors })
  if (letter.token !== '') return showForm(parts, req, res, { form, errors, kept: letter })
  const kept = await keepNew(parts, req, letter)
  const again: FormRefusal = { field: 'message_file', reason: 'again' }
  showForm(parts, req, res, { form, kept, errors: kept ? errors : [...errors, again] })
}

export async function takeForm(parts: DeskPageParts, req: Request, res: Response): Promise<void> {
  const { desk } = parts
  const form = readForm(req)
  const sent = formDigestOf(req)
  // A second click gets the reference of the first, even if the limit is reached by now.
  const before = await findSentReport(desk, sent)
  if (before) return leadToSent(parts, res, before.progressToken)
  const found = await letterOf(parts, req)
  // The first click may have used the kept letter since.
  const meanwhile = found === 'gone' && (await findSentReport(desk, sent))
  if (meanwhile) return leadToSent(parts, res, meanwhile.progressToken)
  const letter = found === 'gone' ? undefined : found
  const { step } = readFields(req, ['step'])
  // The script sends the form so when the language changes, if a file is chosen.
  if (step === 'language') {
    await keepAll(parts, req, res, letter)
    return res.redirect(303, '/report')
  }
  const judged = judgeReportForm(form, letter?.bytes, sentFileFault(req))
  const errors: FormRefusal[] = judged.kind === 'refused' ? [...judged.refusals] : []
  if (found === 'gone') errors.push({ field: 'message_file', reason: 'gone' })
  if (judged.kind === 'refused' || errors.length > 0)
    return await refuse(parts, req, res, { form, errors, letter })
  const network = networkOf(req.ip)
  await perNetworkOf(parts)
    .demand(network)
    .catch(async (fault: unknown) => {
      await keepAll(parts, req, res, letter)
      throw nameLimit(parts, fault)
    })
  const report = {
    channel: 'form',
    kind: judged.reportKind,
    how: judged.source === null ? 'none' : 'source',
    source: judged.source,
    sizeBytes: letter?.sizeBytes,
    sender: judged.sender,
    reporter: judged.reporter,
    confirmed: judged.reporter !== null && judged.reporter === ownerOf(req)?.address,
    note: judged.note,
    locale: req.locale,
    network,
    acknowledge: true,
  } as const
  const taken = await takeReport(desk, report, sent)
  if (letter?.token) await dropKeptLetter(desk, browserOf(parts, req), letter.token)
  leadToSent(parts, res, taken.progressToken)
}

/** The page of the limit says how many reports are taken. */
export function nameLimit<Fault>({ settings }: DeskPageParts, fault: Fault): Fault | LimitReached {
  if (!(fault instanceof LimitReached)) return fault
  const { limit, retryAfterSeconds, href } = fault
  const count = settings.limitReportsPerIpHour
  return new LimitReached(limit, retryAfterSeconds, href, { count })
}

/** Keeps the whole form for the next look at it. */
async function keepAll(
  parts: DeskPageParts,
  req: Request,
  res: Response,
  letter: KeptLetter | undefined,
): Promise<void> {
  const kept = letter?.token === '' ? await keepNew(parts, req, letter) : letter
  const values = { ...readForm(req), kept_file: kept?.token ?? '' }
  // The page of a limit sends the form again.
  Object.assign(req.body, { kept_file: values.kept_file })
  await req.keepDraft?.(res, { path: '/report', values, shownAt: 'next-look' })
}

function leadToSent(parts: DeskPageParts, res: Response, progressToken: string): void {
  res.cookie(sentCookieOf(parts), progressToken, {
    path: '/',
    httpOnly: true,
    sameSite: 'lax',
    secure: isHttps(parts.settings),
    maxAge: msPerHour,
  })
  res.redirect(303, '/report/sent')
}
