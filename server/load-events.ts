// Joins the activity events and audit actions of all features. It does not compile if an event or
// action is declared that no feature brings.
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

/** Does not compile unless `Forgotten` is empty. The error names what is forgotten. */
export type NoneOf<Forgotten extends never> = Forgotten
export type ForgottenEvent = NoneOf<Exclude<ActivityEvent, NamedEvent>>
export type ForgottenAction = NoneOf<Exclude<AuditAction, NamedAction>>

const all: readonly Pick<DeskFeature<never>, 'name' | 'events' | 'actions'>[] = features

export async function loadActivityEvents(): Promise<EventRows> {
  const loaded = await Promise.all(all.map(async ({ events }) => (await events?.())?.events))
  return Object.assign({}, ...loaded)
}

const wordOf = (action: string) => action.slice(0, action.indexOf('.'))

/** Sorted by the first word of their names, then in the order of the features. */
export async function loadAuditActions(): Promise<readonly AuditAction[]> {
  const loaded = await Promise.all(all.map(async ({ actions }) => (await actions?.())?.actions))
  return loaded
    .flatMap((rows = {}) => Object.keys(rows) as AuditAction[])
    .toSorted((one, other) => wordOf(one).localeCompare(wordOf(other)))
}
