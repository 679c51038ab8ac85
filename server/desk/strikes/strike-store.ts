// Counts the breaches of an account that still count against it.
import type { Db, Trx } from '#db/connection.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { StrikeSettings } from './settings.ts'

export interface Strikes {
  readonly count: number
  /** From this number on, staff are told to go further. */
  readonly noted: number
  readonly isMany: boolean
  /** When the oldest of them counts no more; null without any. */
  readonly until: Date | null
}

export const strikeEnd = (settings: Pick<StrikeSettings, 'strikeDays'>, at: Date): Date =>
  new Date(at.getTime() + settings.strikeDays * msPerDay)

/**
 * Each case counts once, by the last measure taken in it.
 * Security: What was lifted counts no breach, nor does a measure against a stranger.
 */
export async function readStrikes(
  db: Db | Trx,
  settings: StrikeSettings,
  accountId: string,
  now: Date,
): Promise<Strikes> {
  const since = new Date(now.getTime() - settings.strikeDays * msPerDay)
  const { rows } = await db.raw(
    `select count(*)::int as count, min(taken_at) as oldest
     from (
       select distinct on (coalesce(case_id, -id)) taken_at, measure, cause, end_reason
       from measures
       where account_id = ? and taken_at is not null
       order by coalesce(case_id, -id), id desc
     ) last
     where taken_at > ? and measure <> 'compromised' and cause <> 'compromised'
       and coalesce(end_reason, '') not in ('lifted', 'appeal')`,
    [accountId, since],
  )
  const [{ count, oldest }] = rows
  const { strikesNoted: noted } = settings
  return { count, noted, isMany: count >= noted, until: oldest && strikeEnd(settings, oldest) }
}
