// How the desk does: intake, waiting, effect, and how often it was wrong.
import type { Db } from '#db/connection.ts'
import { nobody } from '../cases/queue-store.ts'

export interface Spread {
  /** Seconds; null where nothing was measured. */
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

/** What waits now. @param notOf the member of staff who looks: cases about their own mailbox are not counted */
export async function readBacklog(db: Db, now: Date, notOf = nobody): Promise<Backlog> {
  const { rows } = await db.raw(
    `select count(*)::int as open, (count(*) filter (where first_seen_at is null))::int as unseen,
       coalesce(extract(epoch from ?::timestamptz - min(opened_at)), 0)::float as "oldestSeconds",
       json_build_object('low', count(*) filter (where severity = 0), 'medium', count(*) filter (where severity = 1),
         'high', count(*) filter (where severity = 2)) as "bySeverity",
       (select count(*) from abuse_reports where judged_at is null)::int as unjudged,
       (select count(*) from appeals a join measures m on m.id = a.measure_id
         where a.decided_at is null and m.account_id is distinct from ?::uuid)::int as appeals
     from abuse_cases where closed_at is null and account_id is distinct from ?::uuid`,
    [now, notOf, notOf],
  )
  return rows[0]
}

const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole)

/**
 * @param range `from` is included, `to` is not; whole days of UTC make the curves meet
 * @param notOf the member of staff who looks: cases about their own mailbox are not counted
 */
export async function readFigures(
  db: Db,
  range: { from: Date; to: Date },
  now: Date,
  notOf?: string,
): Promise<Figures> {
  const span = [range.from, range.to]
  const within = (column: string) => `${column} >= ? and ${column} < ?`
  const day = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD')`
  const counts = async (column: string): Promise<Record<string, number>> => {
    const { rows } = await db.raw(
      `select coalesce(${column}, '\\?') as name, count(*)::int as n from abuse_reports where ${within('received_at')} group by 1`,
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
    readBacklog(db, now, notOf),
  ])
  const judged = Object.entries(byVerdict).reduce(
    (sum, [name, n]) => (name === '?' ? sum : sum + n),
    0,
  )
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
  }
}
