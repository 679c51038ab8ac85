// Every event of the activity and every action of the audit, as the features name them.
import type { ActivityEvent, EventRows } from './accounts/activity/activity-details.ts'
import type { AuditAction } from './desk/audit/audit-details.ts'
import type { DeskFeature } from './desk/feature.ts'
import { features } from './features.ts'

type Listed = (typeof features)[number]
export type NamesIn<F, Field extends string> =
  F extends Readonly<Record<Field, () => Promise<Readonly<Record<Field, infer Rows>>>>>
    ? keyof Rows
    : never

export type NamedEvent<F = Listed> = NamesIn<F, 'events'>
export type NamedAction<F = Listed> = NamesIn<F, 'actions'>

/** What is declared and named by no feature does not compile; the error says its name. */
export type NoneOf<Forgotten extends never> = Forgotten
export type ForgottenEvent = NoneOf<Exclude<ActivityEvent, NamedEvent>>
export type ForgottenAction = NoneOf<Exclude<AuditAction, NamedAction>>

const all: readonly Pick<DeskFeature<never>, 'name' | 'events' | 'actions'>[] = features

export async function loadActivityEvents(): Promise<EventRows> {
  const loaded = await Promise.all(all.map(async ({ events }) => (await events?.())?.events))
  return Object.assign({}, ...loaded)
}

const wordOf = (action: string) => action.slice(0, action.indexOf('.'))

/** By their first word, then as declared. */
export async function loadAuditActions(): Promise<readonly AuditAction[]> {
  const loaded = await Promise.all(all.map(async ({ actions }) => (await actions?.())?.actions))
  return loaded
    .flatMap((rows = {}) => Object.keys(rows) as AuditAction[])
    .toSorted((one, other) => wordOf(one).localeCompare(wordOf(other)))
}
