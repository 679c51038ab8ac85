// A run as its page shows it.
import type { Db } from '#db/connection.ts'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import { describeLines } from '../queue/case-lines.ts'
import type { BulkRun } from './bulk-store.ts'
import { measureOf } from './decisions.ts'
import { type BulkEffect, type BulkFacts, changesCase, effectOf } from './effects.ts'
import type { BulkItem } from './item-store.ts'

type Outcome = BulkEffect | 'waits' | 'undone' | 'kept'

function outcomeFor(run: BulkRun, item: BulkItem | undefined, facts: BulkFacts): Outcome {
  if (run.state === 'draft' || run.state === 'proposed') {
    const isLeftOut = run.state === 'proposed' && !item?.shown
    return isLeftOut ? 'left-out' : effectOf(run, facts, run.madeBy)
  }
  return item?.undone ?? item?.result ?? 'waits'
}

export async function describeRunLines(
  db: Db,
  run: BulkRun,
  all: {
    readonly items: readonly BulkItem[]
    readonly facts: readonly BulkFacts[]
  },
  viewer: { readonly staffId: string; readonly now: Date },
) {
  const items = new Map(all.items.map((item) => [item.caseId, item]))
  const cases = all.facts.map(({ found }) => found)
  const lines = await describeLines(db, cases, viewer.staffId, viewer.now)
  return lines.map((line, at) => {
    const facts = all.facts[at] as BulkFacts
    const effect = outcomeFor(run, items.get(line.id), facts)
    const isActive = effect === 'undone' || changesCase(effect as BulkEffect)
    return {
      ...line,
      about: facts.about,
      effect,
      tag: isActive ? 'good' : '',
    }
  })
}

/** How many cases each effect has, in the order of the lines. */
export function countEffects(lines: readonly { readonly effect: string }[]) {
  const counts = new Map<string, number>()
  for (const { effect } of lines) counts.set(effect, (counts.get(effect) ?? 0) + 1)
  return [...counts].map(([effect, count]) => ({ effect, count }))
}

export const decisionKeyOf = (run: Pick<BulkRun, 'decision'>): string =>
  `abuse.${measureOf(run) ? 'measures' : 'outcomes'}.${run.decision}`

export async function describeRuns(db: Db, runs: readonly BulkRun[], staffId: string) {
  const people = runs.flatMap(({ madeBy, secondPerson }) => [madeBy, secondPerson])
  const names = await findAddresses(db, people)
  return runs.map((run) => ({
    ...run,
    decisionKey: decisionKeyOf(run),
    by: names.get(run.madeBy),
    second: names.get(run.secondPerson ?? ''),
    mine: run.madeBy === staffId,
  }))
}
