// Cases as the lines of a list, and the URLs of its pages.
import type { Db } from '#db/connection.ts'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import { type Case, tagKindOf } from '../cases/case-store.ts'
import { findLookers } from '../claims/look-store.ts'
import { describeClock } from '../clocks/describe-clock.ts'

export const pageSize = 25

/** One value of a query; empty if it is missing, repeated or too long. */
export const oneOf = (value: unknown): string =>
  typeof value === 'string' && value.length <= 500 ? value : ''

/** A URL of the page with those parameters that have a value. */
export function urlOf(page: string, params: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value) query.set(name, value)
  return query.size > 0 ? `${page}?${query}` : page
}

export async function describeLines(db: Db, cases: readonly Case[], staffId: string, now: Date) {
  const ids = cases.map(({ id }) => id)
  const looks = await findLookers(db, ids, now, staffId)
  const names = await findAddresses(db, [
    ...cases.map(({ claimedBy }) => claimedBy),
    ...[...looks.values()].flat(),
  ])
  const nameOf = (id: string) => (names.get(id) ?? '').split('@')[0] ?? ''
  return cases.map((each) => ({
    ...each,
    tagKind: tagKindOf(each.severity),
    clock: describeClock(each, now),
    claimedByName: names.get(each.claimedBy ?? ''),
    mine: each.claimedBy === staffId,
    lookers: (looks.get(each.id) ?? []).map(nameOf).join(', '),
  }))
}
