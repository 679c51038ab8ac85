// The lists of events and actions are closed. `tsc` checks most of it: see the lines that expect an error.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Trx } from '#db/connection.ts'
import type { ActivityEvent } from '#server/accounts/activity/activity-details.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AuditAction } from '#server/desk/audit/audit-details.ts'
import { recordAudit } from '#server/desk/audit/store.ts'
import type { casesFeature } from '#server/desk/cases/feature.ts'
import { features } from '#server/features.ts'
import {
  loadActivityEvents,
  loadAuditActions,
  type NamedAction,
  type NamedEvent,
  type NoneOf,
} from '#server/load-events.ts'
import type { undoFeature } from '#server/recovery/undo/feature.ts'

type Listed = (typeof features)[number]
type UnnamedEvent = Exclude<ActivityEvent, NamedEvent<Exclude<Listed, typeof undoFeature>>>
type UnnamedAction = Exclude<AuditAction, NamedAction<Exclude<Listed, typeof casesFeature>>>

test('events or actions that no feature names do not compile, and the error says which', () => {
  const event: UnnamedEvent = 'undo.used'
  const action: UnnamedAction = 'case.noted'
  // @ts-expect-error: Type '"undo.used"' does not satisfy the constraint 'never'.
  const forgotten: NoneOf<UnnamedEvent>[] = [event]
  // @ts-expect-error: Type '"case.attributed" | …' does not satisfy the constraint 'never'.
  const alsoForgotten: NoneOf<UnnamedAction>[] = [action]
  assert.equal(forgotten.length + alsoForgotten.length, 2)
})

test('an unknown event or action, or one with wrong details, does not compile', () => {
  const about = { accountId: null, at: new Date(0) }
  const did = { staffId: '', at: new Date(0) }
  const record = [
    (trx: Trx, keyring: Keyring) =>
      recordActivity(trx, keyring, { ...about, event: 'undo.used', details: { change: 'x' } }),
    (trx: Trx, keyring: Keyring) =>
      // @ts-expect-error: there is no such event
      recordActivity(trx, keyring, { ...about, event: 'undo.lost', details: {} }),
    (trx: Trx, keyring: Keyring) =>
      // @ts-expect-error: the detail is a text
      recordActivity(trx, keyring, { ...about, event: 'undo.used', details: { change: 1 } }),
    (trx: Trx, keyring: Keyring) =>
      // @ts-expect-error: there is no such method
      recordActivity(trx, keyring, { ...about, event: 'password.reset', details: { method: 'x' } }),
    (trx: Trx, keyring: Keyring) =>
      // @ts-expect-error: the event has no details
      recordActivity(trx, keyring, { ...about, event: 'phone.added', details: { number: '1' } }),
    (trx: Trx, keyring: Keyring) =>
      // @ts-expect-error: there is no such action
      recordAudit(trx, keyring, { ...did, action: 'case.lost', details: {} }),
    (trx: Trx, keyring: Keyring) =>
      // @ts-expect-error: a detail is missing
      recordAudit(trx, keyring, { ...did, action: 'case.closed', details: {} }),
  ]
  assert.equal(record.length, 7)
})

test('every event and every action is named once', async () => {
  const loaders = features.flatMap((feature) => ('events' in feature ? [feature.events] : []))
  const rows = await Promise.all(loaders.map(async (load) => (await load()).events))
  const events = rows.flatMap((each) => Object.keys(each))
  assert.equal(new Set(events).size, events.length)
  const all = await loadActivityEvents()
  for (const event of events) assert.ok(event in all)
  const actions = await loadAuditActions()
  assert.equal(new Set(actions).size, actions.length)
})
