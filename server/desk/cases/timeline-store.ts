// The timeline of a case, with the notes of staff.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

const purpose = 'abuse.note'

/** Texts: `abuse.timeline.<event>`, with the details as placeholders. */
export interface TimelineDetails {
  'appeal-decided': { decision: string }
  'appeal-made': { reference: string }
  attributed: Record<string, never>
  'claim-lapsed': Record<string, never>
  claimed: Record<string, never>
  closed: { outcome: string }
  'measure-ended': { measure: string; reason: string }
  'measure-proposed': { measure: string; cause: string }
  'measure-refused': { measure: string }
  'measure-taken': { measure: string; cause: string }
  note: Record<string, never>
  opened: Record<string, never>
  'owner-answered': Record<string, never>
  'preservation-ended': Record<string, never>
  preserved: Record<string, never>
  'outcome-corrected': { outcome: string }
  released: Record<string, never>
  reopened: Record<string, never>
  'reporter-answered': Record<string, never>
  'sending-limit': { kind: string; allowed: string }
  'severity-raised': { level: string }
  'taken-over': Record<string, never>
  'wrote-to-owner': Record<string, never>
  'wrote-to-reporter': Record<string, never>
}

export type TimelineEvent = keyof TimelineDetails

export interface TimelineEntry {
  readonly id: string
  readonly event: TimelineEvent
  readonly details: Readonly<Record<string, string>>
  /** Null for every event but `note`. */
  readonly note: string | null
  /** Null if the portal did it by itself. */
  readonly staffId: string | null
  readonly at: Date
}

export async function insertTimelineEntry<E extends TimelineEvent>(
  trx: Trx,
  keyring: Keyring,
  entry: {
    caseId: string
    event: E
    details: TimelineDetails[E]
    note?: string
    staffId: string | null
    at: Date
  },
): Promise<void> {
  await trx('abuse_case_entries').insert({
    case_id: entry.caseId,
    event: entry.event,
    details: JSON.stringify(entry.details),
    note_sealed: entry.note === undefined ? null : keyring.seal(purpose, entry.note),
    key_id: entry.note === undefined ? null : keyring.newestKeyId,
    by_staff: entry.staffId,
    happened_at: entry.at,
  })
}

/** Newest first. @param before lists entries older than this id */
export async function listTimeline(
  db: Db | Trx,
  keyring: Keyring,
  caseId: string,
  limit: number,
  before?: string,
): Promise<TimelineEntry[]> {
  const query = db('abuse_case_entries')
    .where({ case_id: caseId })
    .orderBy('id', 'desc')
    .limit(limit)
  if (before !== undefined) query.where('id', '<', before)
  return (await query).map((row) => ({
    id: String(row.id),
    event: row.event,
    details: row.details,
    note: row.note_sealed === null ? null : keyring.open(purpose, row.note_sealed),
    staffId: row.by_staff,
    at: row.happened_at,
  }))
}
