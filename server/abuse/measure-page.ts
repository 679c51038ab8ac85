// What the pages of a measure say: what is refused and why, and what its holder will read.
import { recordLook } from '../audit/record-look.ts'
import { assertNever } from '../core/assert-never.ts'
import { isLocale } from '../i18n/texts.ts'
import type { FormError } from '../web/forms.ts'
import type { WebParts } from '../web/parts.ts'
import type { DeskParts } from './desk.ts'
import type { Measure } from './measure-store.ts'
import { measureRows } from './measures.ts'
import type { MeasureRefusal } from './take-measure.ts'

export function refusalError(refused: MeasureRefusal): FormError {
  switch (refused.kind) {
    case 'unknown-account':
    case 'own-account':
    case 'proposal-waits':
      return { field: 'measure', reason: refused.kind }
    case 'right-needed':
      return { field: 'measure', reason: 'senior-needed' }
    case 'not-from-here':
      return { field: 'measure', reason: 'not-from-here' }
    case 'until-needed':
    case 'until-not-allowed':
    case 'until-past':
      return { field: 'days', reason: 'needed' }
    default:
      return assertNever(refused)
  }
}

/** What the holder will read, in their own language. */
export function noticeTo(
  { texts, settings }: Pick<WebParts, 'texts' | 'settings'>,
  holder: { readonly locale: string | null; readonly address: string },
  wanted: Pick<Measure, 'measure' | 'cause' | 'until'>,
) {
  const locale = isLocale(holder.locale) ? holder.locale : settings.defaultLocale
  const t = texts.in(locale)
  const { extent } = measureRows[wanted.measure]
  return {
    locale,
    title: t('messages.account-blocked.title'),
    lead: t('messages.account-blocked.lead', { mailbox: holder.address, extent }),
    cause: t('messages.account-blocked.cause', { cause: wanted.cause }),
    until: wanted.until,
  }
}

/** Before a proposal or a measure in force is shown. */
export const recordMeasureLook = (
  desk: DeskParts,
  staffId: string,
  { id, caseId, accountId }: Measure,
): Promise<void> => recordLook(desk, { staffId, action: 'measure.viewed', caseId, accountId, subject: id })
