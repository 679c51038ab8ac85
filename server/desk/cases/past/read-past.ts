// What was changed in an account before it was reported: a stranger leaves such traces.
import { listActivityOf } from '#server/accounts/activity/period-store.ts'
import type { RecordedEntry } from '#server/accounts/activity/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import { methodIds } from '#server/core/method-ids.ts'
import type { DeskParts } from '#server/desk/desk.ts'
import { listSendingDays } from '#server/mail/sending-limits/read-days.ts'
import { judgeSending, type SendingRate } from './sending-rate.ts'

const methodEvents = methodIds.flatMap((method) => [
  `${method}.added`,
  `${method}.changed`,
  `${method}.removed`,
])

/** By group, in the order of the page. Texts: `staff-case.past.groups`. */
const eventsOf = {
  recovery: [
    ...methodEvents,
    'password.changed',
    'password.reset',
    'recovery.failures',
    'undo.used',
  ],
  'app-passwords': ['app-password.created', 'app-password.kept'],
  forwards: ['filters.held', 'filters.kept', 'filters.removed', 'mailbox.alias-added'],
  devices: ['sign-in.new-device', 'session.device-kept', 'sign-in.failures'],
} as const

type PastGroup = keyof typeof eventsOf
const groups = Object.keys(eventsOf) as PastGroup[]

export interface Past {
  /** Groups without an entry are left out. */
  readonly changes: readonly {
    readonly group: PastGroup
    readonly entries: readonly RecordedEntry[]
  }[]
  readonly sending: SendingRate | undefined
}

const days = 14
const mostEntries = 40
const dayOf = (at: Date) => at.toISOString().slice(0, 10)

/** @param before the first report */
export async function readPast(
  { db }: Pick<DeskParts, 'db'>,
  accountId: string,
  before: Date,
): Promise<Past> {
  const from = new Date(before.getTime() - days * msPerDay)
  const all = Object.values(eventsOf).flat()
  const period = { from, to: before }
  const [entries, sent] = await Promise.all([
    listActivityOf(db, accountId, all, period, mostEntries),
    listSendingDays(db, accountId, dayOf(from), dayOf(before)),
  ])
  const changes = groups.map((group) => {
    const events: readonly string[] = eventsOf[group]
    return {
      group,
      entries: entries.filter(({ event }) => events.includes(event)),
    }
  })
  return {
    changes: changes.filter((each) => each.entries.length > 0),
    sending: judgeSending(sent, days + 1),
  }
}
