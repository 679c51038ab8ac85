// What the pages of a measure say: refusals, warnings, and the notice that the owner will read.
import type { Account } from '#server/accounts/accounts/store.ts'
import { assertNever } from '#server/core/assert-never.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { hasWayBack } from '#server/recovery/methods/methods.ts'
import { recordLook } from '../audit/record-look.ts'
import type { DeskParts } from '../desk.ts'
import { readStrikes } from '../strikes/strike-store.ts'
import type { MeasureRefusal } from './measure-rules.ts'
import { findInForce, type Measure } from './measure-store.ts'
import { isMilder, type MeasureName, measureRows, type Standing, standingOf } from './measures.ts'
import { shownState } from './shown-state.ts'

const changeReasons = { standing: 'standing-changed', password: 'password-changed' } as const

export function refusalErrors(refused: MeasureRefusal): FormError[] {
  switch (refused.kind) {
    case 'unknown-account':
    case 'own-account':
    case 'proposal-waits':
    case 'not-from-here':
    case 'proposer-without-right':
      return [{ field: 'measure', reason: refused.kind }]
    case 'right-needed':
      return [{ field: 'measure', reason: 'senior-needed' }]
    case 'changed':
      return refused.changes.map((change) => ({ field: 'measure', reason: changeReasons[change] }))
    case 'until-needed':
    case 'until-not-allowed':
    case 'until-past':
      return [{ field: 'days', reason: 'needed' }]
    default:
      return assertNever(refused)
  }
}

/** Shown before a measure is taken. Texts: `staff-measure.warnings.<code>`. */
export interface MeasureWarning {
  readonly code:
    | 'milder'
    | 'no-way-back'
    | 'new-password-case'
    | 'new-password-proposal'
    | 'no-report-since'
  readonly at?: Date
}

/** What a page shows of the account. Its form sends `shown` back, so that a change is noticed. */
export async function stateOf(
  { db, settings, clock }: Pick<DeskParts, 'db' | 'settings' | 'clock'>,
  account: Account,
) {
  const inForce = await findInForce(db, account.id)
  const standing = standingOf(inForce)
  const { passwordChangedAt } = account
  return {
    standing,
    inForce,
    until: inForce?.until ?? null,
    strikes: await readStrikes(db, settings, account.id, clock.now()),
    shown: shownState({ standing, inForce, passwordChangedAt }),
  }
}

/** Staff easily overlook that a milder measure replaces a harder one. */
export const warnOfMilder = (wanted: MeasureName, standing: Standing): MeasureWarning[] =>
  isMilder(wanted, standing) ? [{ code: 'milder' }] : []

/** Whether the measure demands a new password of an owner who has no way to set one. */
export async function lacksWayBack(
  { db, methods, clock }: DeskParts,
  accountId: string,
  wanted: MeasureName,
) {
  if (measureRows[wanted].portal !== 'reset') return false
  return !hasWayBack(await methods.describe(db, accountId, clock.now()))
}

/** A new password may mean that the owner has recovered: a measure would shut them out again. */
export const warnOfNewPassword = (
  code: 'new-password-case' | 'new-password-proposal',
  { passwordChangedAt: at }: Account,
  since: Date,
): MeasureWarning[] => (at > since ? [{ code, at }] : [])

/** What the owner will read. Without a way back they see no mail, only the page of the block. */
export function noticeTo(
  { texts, settings }: Pick<DeskPageParts, 'texts' | 'settings'>,
  owner: { readonly locale: string | null; readonly address: string },
  wanted: Pick<Measure, 'measure' | 'cause' | 'until'>,
  noWayBack: boolean,
) {
  const locale = isLocale(owner.locale) ? owner.locale : settings.defaultLocale
  const t = texts.in(locale)
  const { extent } = measureRows[wanted.measure]
  const shared = {
    locale,
    cause: t('messages.account-blocked.cause', { cause: wanted.cause }),
    until: wanted.until,
  }
  if (extent === 'warned')
    return {
      ...shared,
      title: t('messages.account-warned.title'),
      lead: t('messages.account-warned.lead', { mailbox: owner.address }),
    }
  return {
    ...shared,
    title: t('messages.account-blocked.title'),
    lead: noWayBack
      ? t('blocked.recover.none')
      : t('messages.account-blocked.lead', { mailbox: owner.address, extent }),
  }
}

export const recordMeasureLook = (
  desk: DeskParts,
  staffId: string,
  { id, caseId, accountId }: Measure,
): Promise<void> =>
  recordLook(desk, { staffId, action: 'measure.viewed', caseId, accountId, subject: id })
