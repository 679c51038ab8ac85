// Joins what the features bring to the overview.
import type { Overview, OverviewLink, OverviewSection } from '#server/kit/pages/overview.ts'

export const inPlace = <Ranked extends { readonly rank: number }>(
  items: readonly Ranked[],
): readonly Ranked[] => items.toSorted((one, other) => one.rank - other.rank)

export interface JoinedOverview {
  readonly sections: readonly OverviewSection[]
  readonly links: readonly OverviewLink[]
}

/** Asks one feature after the other, so that a page holds one database connection. */
export async function readOverview(
  all: readonly Overview[],
  accountId: string,
): Promise<JoinedOverview> {
  const sections: OverviewSection[] = []
  const links: OverviewLink[] = []
  for (const each of all) {
    sections.push(...((await each.readSections?.(accountId)) ?? []))
    links.push(...(each.links ?? []), ...((await each.findLinks?.(accountId)) ?? []))
  }
  return { sections: inPlace(sections), links: inPlace(links) }
}
