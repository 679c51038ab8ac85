// Figures of the desk: intake, waiting times, effect of measures, and successful appeals.
import type { Db } from '#db/connection.ts'
import { waitsSql } from '../appeals/appeal-store.ts'
import type { Severity } from '../cases/severity.ts'
import { nobody } from '../queue/queue-store.ts'

export interface Spread {
  /** Seconds; null if nothing was measured. */
  readonly p50: number | null
  readonly p95: number | null
  readonly count: number
}

export interface DayFigures {
  /** `2026-11-22`, UTC. */
  readonly day: string
  readonly reports: number
  readonly proven: number
  readonly closed: number
  readonly measures: number
}

export interface Figures {
  readonly days: readonly DayFigures[]
  readonly byKind: Readonly<Record<string, number>>
  readonly byVerdict: Readonly<Record<string, number>>
  readonly byChannel: Readonly<Record<string, number>>
  /** From the opening of a case to the first look of staff. */
  readonly toFirstLook: Spread
  /** From a measure until the mail platform had carried it out. */
  readonly toEffect: Spread
  /** The share of judged reports that are proven, 0 to 1; null if none was judged. */
  readonly shareProven: number | null
  /** The share of measures that an appeal lifted or eased, 0 to 1; null if none was taken. */
  readonly shareLiftedAfterAppeal: number | null
  /** The share of cases that staff decided in time, 0 to 1; null if they decided none. */
  readonly shareInTime: number | null
  readonly backlog: Backlog
}

export interface Backlog {
  readonly open: number
  readonly unseen: number
  /** Age of the oldest open case; 0 if there is none. */
  readonly oldestSeconds: number
  readonly bySeverity: Readonly<Record<Severity, number>>
  /** Open cases that should have been decided already. */
  readonly late: number
  readonly unjudged: number
  readonly appeals: number
}

export const spread = (expression: string) => `
  percentile_cont(0.5) within group (order by ${expression}) as p50,
  percentile_cont(0.95) within group (order by ${expression}) as p95,
  count(${expression})::int as count`

/** @param notOf the viewer: cases about their own mailbox are not counted */
export async function readBacklog(db: Db, now: Date, notOf = nobody): Promise<Backlog> {
  const { rows } = await db.raw(
    `select
       count(*)::int as open,
       (count(*) filter (where first_seen_at is null))::int as unseen,
       (count(*) filter (where due_at < ?))::int as late,
       coalesce(extract(epoch from ?::timestamptz - min(opened_at)), 0)::float as "oldestSeconds",
       json_build_object(
         'low', count(*) filter (where severity = 0),
         'medium', count(*) filter (where severity = 1),
         'high', count(*) filter (where severity = 2),
         'emergency', count(*) filter (where severity = 3)
       ) as "bySeverity",
       (select count(*) from abuse_reports where judged_at is null)::int as unjudged,
       (select count(*) from appeals a join measures m on m.id = a.measure_id
        where ${waitsSql} and m.account_id is distinct from ?::uuid)::int as appeals
     from abuse_cases
     where closed_at is null and account_id is distinct from ?::uuid`,
    [now, now, notOf, notOf],
  )
  return rows[0]
}

/** `from` is included, `to` is not. Days are counted in UTC. */
type Span = readonly [from: Date, to: Date]

const within = (column: string) => `${column} >= ? and ${column} < ?`

async function countReports(
  db: Db,
  column: 'kind' | 'verdict' | 'channel',
  span: Span,
): Promise<Record<string, number>> {
  const { rows } = await db.raw(
    `select coalesce(${column}, '\\?') as name, count(*)::int as n
     from abuse_reports
     where ${within('received_at')}
     group by 1`,
    [...span],
  )
  return Object.fromEntries(rows.map(({ name, n }: { name: string; n: number }) => [name, n]))
}

async function readDays(db: Db, span: Span): Promise<DayFigures[]> {
  const day = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD')`
  const { rows } = await db.raw(
    `select day, sum(reports)::int as reports, coalesce(sum(proven), 0)::int as proven,
       sum(closed)::int as closed, sum(measures)::int as measures
     from (
       select ${day('received_at')} as day, 1 as reports, (verdict = 'proven')::int as proven,
         0 as closed, 0 as measures
       from abuse_reports where ${within('received_at')}
       union all
       select ${day('closed_at')}, 0, 0, 1, 0 from abuse_cases where ${within('closed_at')}
       union all
       select ${day('taken_at')}, 0, 0, 0, 1 from measures where ${within('taken_at')}
     ) each
     group by day
     order by day`,
    [...span, ...span, ...span],
  )
  return rows
}

async function readSpread(
  db: Db,
  table: 'abuse_cases' | 'measures',
  [from, to]: readonly [from: string, to: string],
  span: Span,
): Promise<Spread> {
  const waited = `extract(epoch from ${to} - ${from})`
  const query = `select ${spread(waited)} from ${table} where ${within(from)}`
  return (await db.raw(query, [...span])).rows[0]
}

const shareOf = (part: number, whole: number) => (whole === 0 ? null : part / whole)

async function readShareLifted(db: Db, span: Span): Promise<number | null> {
  const { rows } = await db.raw(
    `select count(*)::int as taken,
       (count(*) filter (where a.decision in ('lifted', 'eased')))::int as undone
     from measures m
     left join appeals a on a.measure_id = m.id
     where ${within('m.taken_at')}`,
    [...span],
  )
  return shareOf(rows[0].undone, rows[0].taken)
}

/** A case that was closed while its clock stood was decided in time. */
async function readShareInTime(db: Db, span: Span): Promise<number | null> {
  const { rows } = await db.raw(
    `select count(*)::int as decided,
       (count(*) filter (where closed_at <= coalesce(due_at, closed_at)))::int as "inTime"
     from abuse_cases
     where closed_by is not null and outcome <> 'merged' and ${within('closed_at')}`,
    [...span],
  )
  return shareOf(rows[0].inTime, rows[0].decided)
}

/** @param notOf the viewer: cases about their own mailbox are not counted in the backlog */
export async function readFigures(
  db: Db,
  range: { from: Date; to: Date },
  now: Date,
  notOf?: string,
): Promise<Figures> {
  const span: Span = [range.from, range.to]
  const [days, toFirstLook, toEffect, lifted, inTime, byKind, byVerdict, byChannel, backlog] =
    await Promise.all([
      readDays(db, span),
      readSpread(db, 'abuse_cases', ['opened_at', 'first_seen_at'], span),
      readSpread(db, 'measures', ['taken_at', 'effective_at'], span),
      readShareLifted(db, span),
      readShareInTime(db, span),
      countReports(db, 'kind', span),
      countReports(db, 'verdict', span),
      countReports(db, 'channel', span),
      readBacklog(db, now, notOf),
    ])
  const { '?': _unjudged, ...verdicts } = byVerdict
  const judged = Object.values(verdicts).reduce((sum, n) => sum + n, 0)
  return {
    days,
    byKind,
    byVerdict,
    byChannel,
    toFirstLook,
    toEffect,
    shareProven: shareOf(byVerdict.proven ?? 0, judged),
    shareLiftedAfterAppeal: lifted,
    shareInTime: inTime,
    backlog,
  }
}
