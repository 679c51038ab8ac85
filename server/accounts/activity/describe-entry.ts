import { type EntryLook, lookOf } from './entry-look.ts'
import { findAdvice } from './not-me.ts'
import type { RecordedEntry } from './store.ts'

export interface DescribedEntry extends EntryLook {
  readonly at: Date
  /** The page shows the text `activity.events.<event>`. */
  readonly event: string
  readonly params: Readonly<Record<string, string | number>>
  readonly device: string
  readonly place: string
  /** Page for who did not do this; absent where nobody else can have done it. */
  readonly notMe?: string | undefined
}

/** The words that `select` in a text compares with allow no hyphen. */
function paramsOf({ details }: RecordedEntry): DescribedEntry['params'] {
  const { method } = details
  return typeof method === 'string' ? { ...details, method: method.replaceAll('-', '') } : details
}

export const describeEntry = (entry: RecordedEntry): DescribedEntry => ({
  at: entry.happenedAt,
  event: entry.event,
  ...lookOf(entry.event),
  params: paramsOf(entry),
  device: entry.device,
  place: entry.place,
  notMe: findAdvice(entry.event) ? `/account/activity/${entry.id}/not-me` : undefined,
})
