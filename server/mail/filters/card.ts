import { type DescribedFilter, describeFilter, visible } from './describe-filter.ts'
import type { HeldFilter } from './store.ts'

export interface FilterCard extends Pick<HeldFilter, 'id' | 'heldAt' | 'problem'> {
  readonly name: string
  readonly state: 'held' | 'coming'
  readonly stateKind: 'bad' | 'wait'
  readonly mayDecide: boolean
  /** Null until the script was read; `silent` if it does nothing that can be described. */
  readonly described: (DescribedFilter & { readonly silent: boolean }) | null
  /** The script itself; null if it is too long, or not read yet. */
  readonly source: string | null
}

const sourceAtMost = 20_000

export function cardOf({ id, name, heldAt, decision, problem, scripts }: HeldFilter): FilterCard {
  const source = scripts?.map(({ text }) => text).join('\n\n')
  return {
    id,
    name: visible(name),
    heldAt,
    problem,
    state: decision ? 'coming' : 'held',
    stateKind: decision ? 'wait' : 'bad',
    mayDecide: decision === null,
    described: scripts ? withSilence(describeFilter(scripts)) : null,
    source: source && source.length <= sourceAtMost ? source : null,
  }
}

function withSilence(described: DescribedFilter) {
  const { targets, folders, does, clear } = described
  return { ...described, silent: clear && targets.length + folders.length + does.length === 0 }
}
