// Joins what the features bring to the overview.
import type { Overview, OverviewLink, OverviewSection, OverviewTile } from '../overview.ts'

const inPlace = <Ranked extends { readonly rank: number }>(
  items: readonly Ranked[],
): readonly Ranked[] => items.toSorted((one, other) => one.rank - other.rank)

/** The banner: how many tiles are well, and which are not. */
export interface OverviewStatus {
  readonly kind: OverviewTile['state']
  readonly good: number
  readonly all: number
  /** Keys of the texts that name the others. */
  readonly others: readonly string[]
  readonly hasTodo: boolean
  readonly link: OverviewLink | undefined
}

export interface JoinedOverview {
  readonly status: OverviewStatus
  readonly todo: readonly OverviewSection[]
  readonly tiles: readonly OverviewSection[]
  readonly sections: readonly OverviewSection[]
  readonly links: readonly OverviewLink[]
}

const lastTodo = 99

function statusOf(
  tiles: readonly OverviewTile[],
  hasTodo: boolean,
  link: OverviewLink | undefined,
): OverviewStatus {
  const others = tiles.filter(({ state }) => state !== 'good')
  const isBad = others.some(({ state }) => state === 'bad')
  const worst = others.length > 0 || hasTodo ? 'wait' : 'good'
  return {
    kind: isBad ? 'bad' : worst,
    good: tiles.length - others.length,
    all: tiles.length,
    others: others.map(({ name }) => name),
    hasTodo,
    link,
  }
}

export function arrange(
  sections: readonly OverviewSection[],
  links: readonly OverviewLink[],
  statusLink?: OverviewLink,
): JoinedOverview {
  const inOrder = inPlace(sections)
  const plain = inOrder.filter(({ tile }) => !tile)
  const tiles = inOrder.flatMap(({ tile }) => tile ?? [])
  const todo = plain.filter(({ rank }) => rank <= lastTodo)
  return {
    status: statusOf(tiles, todo.length > 0, statusLink),
    todo,
    tiles: inOrder.filter(({ tile }) => tile),
    sections: plain.filter(({ rank }) => rank > lastTodo),
    links: inPlace(links),
  }
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
  return arrange(sections, links, all.find(({ statusLink }) => statusLink)?.statusLink)
}
