// How the desk does: intake, waiting, effect, and how often it was wrong.
import type { Db } from '#db/connection.ts'

export interface Spread {
  /** Seconds; null where nothing was measured. */
// What the desk's figures are counted from.
export interface Percentiles {
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
  /** From the measure to the moment at which the mail platform had it. */
  readonly toEffect: Spread
  /** Of judged reports, 0 to 1; null where there are none. */
  readonly shareProven: number | null
  /** Of measures taken, 0 to 1: how many were lifted or eased after an objection. */
  readonly shareLiftedAfterAppeal: number | null
  readonly backlog: Backlog
}

export interface Backlog {
  readonly open: number
  readonly unseen: number
  /** Of the oldest open case, in seconds; 0 where there is none. */
  readonly oldestSeconds: number
  readonly bySeverity: { readonly low: number; readonly medium: number; readonly high: number }
  readonly unjudged: number
  readonly appeals: number
}

const spread = (expression: string) => `
  percentile_cont(0.5) within group (order by ${expression}) as p50,
  percentile_cont(0.95) within group (order by ${expression}) as p95, count(${expression})::int as count`

/** What waits now. */
export async function readBacklog(db: Db, now: Date): Promise<Backlog> {
  const { rows } = await db.raw(
    `select count(*)::int as open, (count(*) filter (where first_seen_at is null))::int as unseen,
       coalesce(extract(epoch from ?::timestamptz - min(opened_at)), 0)::float as "oldestSeconds",
       json_build_object('low', count(*) filter (where severity = 0), 'medium', count(*) filter (where severity = 1),
         'high', count(*) filter (where severity = 2)) as "bySeverity",
       (select count(*) from abuse_reports where judged_at is null)::int as unjudged,
       (select count(*) from appeals where decided_at is null)::int as appeals
     from abuse_cases where closed_at is null`,
    [now],
  )
  return rows[0]
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/** @param from included @param to not included; whole days of UTC make the curves meet */
export async function readFigures(db: Db, range: { from: Date; to: Date }, now: Date): Promise<Figures> {
  const span = [range.from, range.to]
  const within = (column: string) => `${column} >= ? and ${column} < ?`
  const day = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD')`
  const counts = async (column: string): Promise<Record<string, number>> => {
    const { rows } = await db.raw(
      `select coalesce(${column}, '?') as name, count(*)::int as n from abuse_reports where ${within('received_at')} group by 1`,
      span,
    )
    return Object.fromEntries(rows.map(({ name, n }: { name: string; n: number }) => [name, n]))
  }
  const [days, look, effect, outcome, byKind, byVerdict, byChannel, backlog] = await Promise.all([
    db.raw(
      `select day, sum(reports)::int as reports, sum(proven)::int as proven, sum(closed)::int as closed,
         sum(measures)::int as measures from (
         select ${day('received_at')} as day, 1 as reports, (verdict = 'proven')::int as proven, 0 as closed, 0 as measures
           from abuse_reports where ${within('received_at')}
         union all select ${day('closed_at')}, 0, 0, 1, 0 from abuse_cases where ${within('closed_at')}
         union all select ${day('taken_at')}, 0, 0, 0, 1 from measures where ${within('taken_at')}) each
       group by day order by day`,
      [...span, ...span, ...span],
    ),
    db.raw(
      `select ${spread('extract(epoch from first_seen_at - opened_at)')} from abuse_cases where ${within('opened_at')}`,
      span,
    ),
    db.raw(
      `select ${spread('extract(epoch from effective_at - taken_at)')} from measures where ${within('taken_at')}`,
      span,
    ),
    db.raw(
      `select count(*)::int as taken, (count(*) filter (where a.decision in ('lifted', 'eased')))::int as undone
       from measures m left join appeals a on a.measure_id = m.id where ${within('m.taken_at')}`,
      span,
    ),
    counts('kind'),
    counts('verdict'),
    counts('channel'),
    readBacklog(db, now),
  ])
  const judged = Object.entries(byVerdict).reduce((sum, [name, n]) => (name === '?' ? sum : sum + n), 0)
  return {
    days: days.rows.map((row: DayFigures) => ({ ...row, proven: row.proven ?? 0 })),
    byKind,
    byVerdict,
    byChannel,
    toFirstLook: look.rows[0],
    toEffect: effect.rows[0],
    shareProven: share(byVerdict.proven ?? 0, judged),
    shareLiftedAfterAppeal: share(outcome.rows[0].undone, outcome.rows[0].taken),
    backlog,
export interface WeekFigures {
  readonly week: Date
  readonly firstLook: Percentiles
  readonly effect: Percentiles
  /** One for each of the last 30 days, oldest first. */
  readonly intake: readonly { readonly day: Date; readonly reports: number; readonly proven: number }[]
  /** One for each of the last 12 weeks, oldest first; lengths in seconds. */
  readonly weeks: readonly WeekFigures[]
  /** Open cases by how long they have waited. */
  readonly backlog: readonly { readonly age: BacklogAge; readonly cases: number; readonly high: number }[]
  readonly totals: FigureTotals
export const backlogAges = ['hour', 'four-hours', 'day', 'three-days', 'older'] as const
export type BacklogAge = (typeof backlogAges)[number]
/** Of the last 30 days, but for what is open now. */
export interface FigureTotals {
  readonly judged: number
  readonly openCases: number
  readonly oldestSeconds: number | null
  readonly firstLook: Percentiles
  readonly effect: Percentiles
  readonly appealsDecided: number
  readonly appealsLifted: number
  readonly appealsWaiting: number
const asPercentiles = (row: Record<string, unknown>, name: string): Percentiles => ({
  p50: row[`${name}_p50`] === null ? null : Number(row[`${name}_p50`]),
  p95: row[`${name}_p95`] === null ? null : Number(row[`${name}_p95`]),
  count: Number(row[`${name}_count`]),
})
const percentiles = (name: string, from: string, to: string) =>
  ['0.5', '0.95']
    .map(
      (share) => `percentile_cont(${share}) within group (order by extract(epoch from ${to} - ${from}))
        filter (where ${to} is not null) as ${name}_p${share.slice(2).padEnd(2, '0')}`,
    .concat(`count(${to})::int as ${name}_count`)
    .join(', ')
const dayMs = 86_400_000
async function one(db: Db, sql: string, given: Record<string, unknown>): Promise<Record<string, unknown>> {
  return (await db.raw(sql, given as never)).rows[0] ?? {}
export async function readTotals(db: Db, now: Date): Promise<FigureTotals> {
  const given = { now, since: new Date(now.getTime() - 30 * dayMs) }
  const [reports, cases, open, measures, appeals] = await Promise.all([
    one(
      db,
      `select count(*)::int as reports, count(judged_at)::int as judged,
         count(*) filter (where verdict = 'proven')::int as proven from abuse_reports where received_at >= :since`,
      given,
    one(
      db,
      `select ${percentiles('look', 'opened_at', 'first_seen_at')} from abuse_cases where opened_at >= :since`,
      given,
    one(
      db,
      `select count(*)::int as cases, extract(epoch from :now::timestamptz - min(opened_at)) as oldest
       from abuse_cases where closed_at is null`,
      given,
    one(
      db,
      `select ${percentiles('effect', 'taken_at', 'effective_at')}, count(*)::int as measures
       from measures where taken_at >= :since`,
      given,
    one(
      db,
      `select count(*) filter (where decided_at >= :since)::int as decided,
         count(*) filter (where decided_at >= :since and decision <> 'kept')::int as lifted,
         count(*) filter (where decided_at is null)::int as waiting from appeals`,
      given,
    reports: Number(reports.reports),
    judged: Number(reports.judged),
    proven: Number(reports.proven),
    openCases: Number(open.cases),
    oldestSeconds: open.oldest === null ? null : Number(open.oldest),
    firstLook: asPercentiles(cases, 'look'),
    effect: asPercentiles(measures, 'effect'),
    measures: Number(measures.measures),
    appealsDecided: Number(appeals.decided),
    appealsLifted: Number(appeals.lifted),
    appealsWaiting: Number(appeals.waiting),
export async function readFigures(db: Db, now: Date): Promise<Figures> {
  const midnight = new Date(Math.floor(now.getTime() / dayMs) * dayMs)
  const days = { first: new Date(midnight.getTime() - 29 * dayMs), last: midnight }
  const weeks = { first: new Date(midnight.getTime() - 83 * dayMs), last: midnight }
  const [intake, looks, effects, backlog, totals] = await Promise.all([
      `select d as day, count(r.id)::int as reports, count(r.id) filter (where r.verdict = 'proven')::int as proven
       from generate_series(:first::timestamptz, :last::timestamptz, interval '1 day') d
       left join abuse_reports r on r.received_at >= d and r.received_at < d + interval '1 day' group by d order by d`,
      days,
      `select w as week, ${percentiles('look', 'c.opened_at', 'c.first_seen_at')}
       from generate_series(:first::timestamptz, :last::timestamptz, interval '7 days') w
       left join abuse_cases c on c.opened_at >= w and c.opened_at < w + interval '7 days' group by w order by w`,
      weeks,
      `select w as week, ${percentiles('effect', 'm.taken_at', 'm.effective_at')}
       from generate_series(:first::timestamptz, :last::timestamptz, interval '7 days') w
       left join measures m on m.taken_at >= w and m.taken_at < w + interval '7 days' group by w order by w`,
      weeks,
      `select case when age < interval '1 hour' then 'hour' when age < interval '4 hours' then 'four-hours'
           when age < interval '1 day' then 'day' when age < interval '3 days' then 'three-days' else 'older' end as age,
         count(*)::int as cases, count(*) filter (where severity = 2)::int as high
       from (select :now::timestamptz - opened_at as age, severity from abuse_cases where closed_at is null) open group by 1`,
      { now },
    readTotals(db, now),
    intake: intake.rows,
    weeks: looks.rows.map((row: Record<string, unknown>, at: number) => ({
      week: row.week as Date,
      firstLook: asPercentiles(row, 'look'),
      effect: asPercentiles(effects.rows[at], 'effect'),
    })),
    backlog: backlogAges.map((age) => {
      const row = backlog.rows.find((each: { age: string }) => each.age === age)
      return { age, cases: row?.cases ?? 0, high: row?.high ?? 0 }
    }),
    totals,
  }
}
