// What the pages of a measure say: what is refused and why, and what its holder will read.
import type { Account } from '#server/accounts/accounts/store.ts'
import { assertNever } from '#server/core/assert-never.ts'
import { isLocale } from '#server/kit/i18n/texts.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { hasWayBack } from '#server/recovery/methods/managed-method.ts'
import { recordLook } from '../audit/record-look.ts'
import type { DeskParts } from '../desk.ts'
import { findInForce, type Measure } from './measure-store.ts'
import { isMilder, type MeasureName, measureRows, type Standing, standingOf } from './measures.ts'
import { shownState } from './shown-state.ts'
import type { MeasureRefusal } from './take-measure.ts'

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

/** What must be seen before the deed. Texts: `staff-measure.warnings.<code>`. */
export interface MeasureWarning {
  readonly code:
    | 'milder'
    | 'no-way-back'
    | 'new-password-case'
    | 'new-password-proposal'
    | 'no-report-since'
  readonly at?: Date
}

/** The account as a page shows it, with the field by which the form says so. */
export async function stateOf({ db }: Pick<DeskParts, 'db'>, account: Account) {
  const inForce = await findInForce(db, account.id)
  const standing = standingOf(account, inForce)
  const { passwordChangedAt } = account
  return {
    standing,
    inForce,
    until: inForce?.until ?? null,
    shown: shownState({ standing, inForce, passwordChangedAt }),
  }
}

/** A milder measure takes the place of a harder one, which is easily overlooked. */
export const warnOfMilder = (wanted: MeasureName, standing: Standing): MeasureWarning[] =>
  isMilder(wanted, standing) ? [{ code: 'milder' }] : []

/** Where a new password is demanded of an owner who cannot set one, nobody but the staff opens the mailbox again. */
export async function lacksWayBack(
  { db, methods, clock }: DeskParts,
  accountId: string,
  wanted: MeasureName,
) {
  return (
    measureRows[wanted].portal === 'reset' &&
    !hasWayBack(await methods.describe(db, accountId, clock.now()))
  )
}

/** An owner who has recovered the mailbox since is not to be shut out again unseen. */
export const warnOfNewPassword = (
  code: 'new-password-case' | 'new-password-proposal',
  { passwordChangedAt: at }: Account,
  since: Date,
): MeasureWarning[] => (at > since ? [{ code, at }] : [])

/** What the holder will read, in their own language. Without a way back they read it where they sign in: no letter reaches them. */
export function noticeTo(
  { texts, settings }: Pick<WebParts, 'texts' | 'settings'>,
  holder: { readonly locale: string | null; readonly address: string },
  wanted: Pick<Measure, 'measure' | 'cause' | 'until'>,
  noWayBack: boolean,
) {
  const locale = isLocale(holder.locale) ? holder.locale : settings.defaultLocale
  const t = texts.in(locale)
  const { extent } = measureRows[wanted.measure]
  return {
    locale,
    title: t('messages.account-blocked.title'),
    lead: noWayBack
      ? t('blocked.recover.none')
      : t('messages.account-blocked.lead', { mailbox: holder.address, extent }),
    cause: t('messages.account-blocked.cause', { cause: wanted.cause }),
    until: wanted.until,
  }
}

/** Before a proposal or a measure in force is shown. */
export const recordMeasureLook = (
  desk: DeskParts,
  staffId: string,
  { id, caseId, accountId }: Measure,
): Promise<void> =>
  recordLook(desk, { staffId, action: 'measure.viewed', caseId, accountId, subject: id })
