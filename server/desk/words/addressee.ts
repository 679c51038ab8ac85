// Whom staff write to on a page: what they know of that person, and what stands in the way.
import { type Account, findAccount } from '#server/accounts/accounts/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { createFormats } from '#server/kit/i18n/format.ts'
import { isLocale, type Locale } from '#server/kit/i18n/texts.ts'
import { NotFound, RightMissing } from '#server/kit/pages/faults.ts'
import { findAppealOf } from '../appeals/appeal-store.ts'
import { openCase, openMeasure } from '../cases/desk-guard.ts'
import type { Measure } from '../measures/measure-store.ts'
import { findReport, type Report } from '../reports/report-store.ts'
import type { StaffMember } from '../staff/staff.ts'
import type { Audience, Values } from './template-rules.ts'
import type { About } from './word-store.ts'
import { type Writing, type Written, writeToOwner, writeToReporter } from './write-words.ts'

export interface Addressee {
  readonly audience: Audience
  readonly about: About
  readonly caseId: string | null
  readonly accountId: string | null
  /** Of the page that writes, and of the page before it. */
  readonly here: string
  readonly back: string
  readonly reference: string
  /** The language in which this person reads. */
  readonly locale: Locale
  /** What the variables of a template stand for. */
  readonly values: Values
  /** Whether somebody waits for an answer: else staff can only tell. */
  readonly mayAsk: boolean
  /** An address that the words must not name. */
  readonly secret: string | undefined
  readonly write: (writing: Writing) => Promise<Written>
}

/** An address that the reporter wrote, or read in the letter, is no secret to them. */
function secretOf({ details }: Report, account: Account | undefined): string | undefined {
  const known = [details.sender ?? '', ...(details.from ?? [])].join(' ').toLowerCase()
  return account && !known.includes(account.address) ? account.address : undefined
}

/** @throws NotFound */
export async function findReporter(
  parts: DeskPageParts,
  staff: StaffMember,
  params: { readonly id?: unknown; readonly report?: unknown },
): Promise<Addressee> {
  const { desk, db, keyring, settings } = parts
  const found = await openCase(desk, params.id, staff)
  const id = String(params.report)
  const report = /^\d{1,18}$/.test(id) ? await findReport(db, keyring, id) : undefined
  if (report?.caseId !== found.id) throw new NotFound('no such report in this case')
  const account = found.accountId ? await findAccount(db, found.accountId) : undefined
  const locale = report.answerLocale ?? settings.defaultLocale
  const { reference, receivedAt } = report
  return {
    audience: 'reporter',
    about: { reportId: report.id },
    caseId: found.id,
    accountId: found.accountId,
    here: `/staff/cases/${found.id}/reports/${report.id}/write`,
    back: `/staff/cases/${found.id}?report=${report.id}`,
    reference,
    locale,
    values: {
      reference,
      received: createFormats(settings.timeZone)[locale].date(receivedAt),
      service: settings.brandName,
    },
    mayAsk: found.closedAt === null,
    secret: secretOf(report, account),
    write: (writing) => writeToReporter(desk, { report, found }, writing),
  }
}

function valuesOfMeasure(
  { settings, texts }: DeskPageParts,
  { measure, cause, until }: Measure,
  mailbox: string,
  locale: Locale,
): Values {
  const t = texts.in(locale)
  return {
    mailbox,
    measure: t(`desk.standing.${measure}`),
    cause: t(`abuse.causes.${cause}`),
    until: until ? createFormats(settings.timeZone)[locale].date(until) : t('desk.noEnd'),
    service: settings.brandName,
  }
}

/** @throws NotFound, RightMissing */
export async function findOwner(
  parts: DeskPageParts,
  staff: StaffMember,
  id: unknown,
): Promise<Addressee> {
  const { desk, db, keyring, settings } = parts
  const measure = await openMeasure(desk, id, staff)
  const account = await findAccount(db, measure.accountId)
  if (!account || !measure.takenAt) throw new NotFound('no measure that somebody was told of')
  const appeal = await findAppealOf(db, keyring, measure.id)
  const isWaiting = appeal?.decidedAt === null
  const took = measure.proposedBy === staff.id || measure.approvedBy === staff.id
  // Security: Staff who took part in a measure write nothing to its owner while an appeal waits.
  if (isWaiting && took) throw new RightMissing('took part in the measure')
  const locale = isLocale(account.locale) ? account.locale : settings.defaultLocale
  const { caseId } = measure
  const ofCase = caseId ? `/staff/cases/${caseId}` : '/staff/cases'
  return {
    audience: 'owner',
    about: { measureId: measure.id },
    caseId,
    accountId: measure.accountId,
    here: `/staff/measures/${measure.id}/write`,
    back: isWaiting ? `/staff/appeals/${appeal.id}` : ofCase,
    reference: account.address,
    locale,
    values: valuesOfMeasure(parts, measure, account.address, locale),
    mayAsk: isWaiting || measure.state === 'in-force',
    secret: undefined,
    write: (writing) => writeToOwner(desk, measure, writing),
  }
}
