// Reads the lists of cases: tabs, filters, counts, pages by key, and the search.
import type { Db } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { waitsSql } from '../appeals/appeal-store.ts'
import { asCase, type Case, verdictRanks } from '../cases/case-store.ts'
import { type Severity, severities } from '../cases/severity.ts'
import { visibleTo } from '../emergencies/visible.ts'
import type { Verdict } from '../provenance/provenance-rules.ts'
import type { ReportKind } from '../reports/report-kind.ts'

export const queueTabs = [
  'new',
  'mine',
  'others',
  'open',
  'unattributed',
  'every',
  'closed',
] as const
export type QueueTab = (typeof queueTabs)[number]
type CountedTab = Exclude<QueueTab, 'closed' | 'every'>
export const isQueueTab = (value: unknown): value is QueueTab =>
  queueTabs.some((tab) => tab === value)

export interface QueueFilters {
  readonly severity?: Severity | undefined
  readonly kind?: ReportKind | undefined
  readonly provenance?: Verdict | undefined
  readonly campaign?: string | undefined
  /** Only cases that nobody has looked at. */
  readonly unseen?: boolean
  /** Only cases that should have been decided before this moment. */
  readonly dueBefore?: Date | undefined
}

export interface QueuePage {
  readonly cases: readonly Case[]
  /** The key of the next page, for the URL; undefined on the last page. */
  readonly next: string | undefined
}

/** In `new` the sending account is known, in `unattributed` it is not. `every`: of a group. */
const tabWhere: Readonly<Record<QueueTab, string>> = {
  new: 'closed_at is null and account_id is not null and claimed_by is null',
  mine: 'closed_at is null and claimed_by = :staffId',
  others: 'closed_at is null and claimed_by is not null and claimed_by <> :staffId',
  open: 'closed_at is null and (account_id is not null or claimed_by is not null)',
  unattributed: 'closed_at is null and account_id is null and claimed_by is null',
  every: 'closed_at is null',
  closed: 'closed_at is not null',
}

/** Stands for no viewer. Null would hide every case without an account. */
export const nobody = '00000000-0000-0000-0000-000000000000'

/** Security: Lists and counts hold nothing about the viewer's own mailbox. */
const notOwn = 'account_id is distinct from :staffId::uuid'
const visible = visibleTo(':staffId')

interface Key {
  readonly first: string
  readonly id: string
}

/** `severity.id` in the open tabs, `milliseconds.id` in the closed one. */
function parseKey(after: string | undefined, closed: boolean): Key | undefined {
  // As many digits as the columns can hold: a made-up key must cause no fault of the database.
  const shape = closed ? /^(\d{1,14})\.(\d{1,18})$/ : /^(\d)\.(\d{1,18})$/
  const [, first, id] = shape.exec(after ?? '') ?? []
  return first === undefined || id === undefined
    ? undefined
    : {
        first,
        id,
      }
}

/**
 * Open cases: the most severe and then the oldest first. Closed cases: the latest first.
 * @param after `next` of the page before
 */
export async function listQueue(
  db: Db,
  keyring: Keyring,
  ask: {
    tab: QueueTab
    staffId: string
    filters?: QueueFilters
    after?: string | undefined
    limit: number
  },
): Promise<QueuePage> {
  const { tab, staffId, filters = {}, limit } = ask
  const closed = tab === 'closed'
  const key = parseKey(ask.after, closed)
  const where = [tabWhere[tab], visible]
  if (filters.severity) where.push('severity = :severity')
  if (filters.kind) where.push(':kind = any(kinds)')
  if (filters.provenance) where.push('provenance = :provenance')
  if (filters.unseen) where.push('first_seen_at is null')
  if (filters.campaign)
    where.push('id in (select case_id from campaign_cases where campaign_id = :campaign)')
  if (filters.dueBefore) where.push('due_at < :dueBefore')
  if (key && closed)
    where.push('(closed_at, id) < (to_timestamp(:first::double precision / 1000), :id)')
  // In this form the planner walks the index on (severity desc, id) from the key on.
  if (key && !closed) where.push('severity <= :first and (severity < :first or id > :id)')
  const { rows } = await db.raw(
    `select * from abuse_cases where ${where.join(' and ')}
     order by ${closed ? 'closed_at desc, id desc' : 'severity desc, id'} limit :limit`,
    {
      staffId,
      severity: filters.severity ? severities.indexOf(filters.severity) : null,
      kind: filters.kind ?? null,
      campaign: filters.campaign ?? null,
      provenance: filters.provenance ? verdictRanks.indexOf(filters.provenance) : null,
      dueBefore: filters.dueBefore ?? null,
      first: key?.first ?? null,
      id: key?.id ?? null,
      limit: limit + 1,
    },
  )
  const cases = rows
    .slice(0, limit)
    .map((row: Record<string, unknown>) => asCase(keyring, row)) as Case[]
  const last = cases.at(-1)
  const lastKey = last && (closed ? last.closedAt?.getTime() : severities.indexOf(last.severity))
  return { cases, next: rows.length > limit ? `${lastKey}.${last?.id}` : undefined }
}

export interface TabCounts extends Readonly<Record<CountedTab, number>> {
  /** Cases that should have been decided already. */
  readonly late: number
  readonly appeals: number
  readonly proposals: number
}

export async function countTabs(db: Db, staffId: string, now: Date): Promise<TabCounts> {
  const { rows } = await db.raw(
    `select
       count(*) filter (where account_id is not null and claimed_by is null)::int as new,
       count(*) filter (where claimed_by = :staffId)::int as mine,
       count(*) filter (where claimed_by <> :staffId)::int as others,
       count(*) filter (where account_id is not null or claimed_by is not null)::int as open,
       count(*) filter (where account_id is null and claimed_by is null)::int as unattributed,
       count(*) filter (where due_at < :now)::int as late,
       (select count(*) from appeals a join measures m on m.id = a.measure_id
        where ${waitsSql} and ${notOwn})::int as appeals,
       (select count(*) from measures where state = 'proposed' and ${notOwn})::int as proposals
     from abuse_cases where closed_at is null and ${visible}`,
    { staffId, now },
  )
  return rows[0]
}
