// SQL that counts a try beside other work. Names after `:` are bindings.
import type { Db } from '#db/connection.ts'

/** Counts as `Limit.count` does. Binds `:now`. @param row selects key, 1 and the end */
export const countSql = (row: string) => `
  insert into rate_limits as counter (key, points, expire)
  ${row}
  on conflict (key) do update set
    points = case when counter.expire <= :now then 1 else counter.points + 1 end,
    expire = case when counter.expire <= :now then excluded.expire else counter.expire end`

/** Forgets the tries of the key `:counter` if `condition` holds. */
export const forgetCountSql = (condition: string) =>
  `delete from rate_limits where key = :counter and ${condition}`

/** Writes a row that no limit counts. @throws if nothing can be written */
export async function probeLimits(db: Db): Promise<void> {
  await db.raw(`insert into rate_limits (key, points, expire) values ('readiness', 0, 0)
    on conflict (key) do update set points = 0`)
}
