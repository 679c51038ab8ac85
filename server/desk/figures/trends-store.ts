// Waiting times of the desk week by week, and how long open cases have waited.
import type { Db } from '#db/connection.ts'
import { msPerDay } from '#server/core/durations.ts'
import { type Spread, spread } from './figures-store.ts'

export interface WeekTrend {
  readonly week: Date
  readonly firstLook: Spread
  readonly effect: Spread
}

export const backlogAges = ['hour', 'four-hours', 'day', 'three-days', 'older'] as const
export type BacklogAge = (typeof backlogAges)[number]

export interface WaitingCases {
  readonly age: BacklogAge
  readonly cases: number
  readonly high: number
}

const weekly = (table: 'abuse_cases' | 'measures', from: string, to: string) => {
  const waited = `extract(epoch from x.${to} - x.${from})`
  return `select w as week, ${spread(waited)}
    from generate_series(:first::timestamptz, :last::timestamptz, interval '7 days') w
    left join ${table} x on x.${from} >= w and x.${from} < w + interval '7 days'
    group by w
    order by w`
}

/** The last 12 weeks, oldest first. The last week ends with the day of `now`. */
export async function readTrends(db: Db, now: Date): Promise<WeekTrend[]> {
  const midnight = Math.floor(now.getTime() / msPerDay) * msPerDay
  const span = { first: new Date(midnight - 83 * msPerDay), last: new Date(midnight) }
  const [looks, effects] = await Promise.all([
    db.raw(weekly('abuse_cases', 'opened_at', 'first_seen_at'), span),
    db.raw(weekly('measures', 'taken_at', 'effective_at'), span),
  ])
  return looks.rows.map(({ week, ...firstLook }: Spread & { week: Date }, at: number) => {
    const { p50, p95, count } = effects.rows[at]
    return { week, firstLook, effect: { p50, p95, count } }
  })
}

/** @param notOf the viewer: cases about their own mailbox are not counted */
export async function readWaiting(db: Db, now: Date, notOf: string): Promise<WaitingCases[]> {
  const { rows } = await db.raw<{ rows: WaitingCases[] }>(
    `select
       case
         when age < interval '1 hour' then 'hour'
         when age < interval '4 hours' then 'four-hours'
         when age < interval '1 day' then 'day'
         when age < interval '3 days' then 'three-days'
         else 'older'
       end as age,
       count(*)::int as cases,
       (count(*) filter (where severity = 2))::int as high
     from (
       select ?::timestamptz - opened_at as age, severity from abuse_cases
       where closed_at is null and account_id is distinct from ?::uuid
     ) open
     group by 1`,
    [now, notOf],
  )
  return backlogAges.map((age) => rows.find((row) => row.age === age) ?? { age, cases: 0, high: 0 })
}
