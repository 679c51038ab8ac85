import type { Db } from '#db/connection.ts'

export interface Try {
  readonly pair: Buffer
  /** Digest of the pair and of Dovecot's short hash of the password. */
  readonly mark: Buffer
  readonly at: Date
}

export interface Counted {
  readonly wasGoodHere: boolean
  /** How many other wrong passwords were tried for this pair since `since`. */
  readonly others: number
}

/** Counts a try before its verdict. After `atMost` wrong ones it adds no row. */
export async function countTry(
  db: Db,
  { pair, mark, at }: Try,
  since: Date,
  atMost: number,
): Promise<Counted> {
  const { rows } = await db
    .raw<{ rows: [{ good: boolean; others: string }] }>(
      `with seen as (
         select
           count(*) filter (where mark <> :mark and good_at is null and tried_at > :since)
             as others,
           coalesce(bool_or(mark = :mark and good_at is not null), false) as good
         from client_tries where pair = :pair
       ), kept as (
         insert into client_tries as known (pair, mark, tried_at)
         select :pair, :mark, cast(:at as timestamptz) from seen where good or others < :atMost
         on conflict (pair, mark) do update set tried_at = excluded.tried_at
           where known.tried_at < excluded.tried_at - interval '1 minute'
       )
       select good, others from seen`,
      { pair, mark, at, since, atMost },
    )
    .options({ name: 'count-client-try' })
  return { wasGoodHere: rows[0].good, others: Number(rows[0].others) }
}

/** Updates a good password at most once a day. */
export async function noteGoodTry(db: Db, { pair, mark, at }: Try): Promise<void> {
  await db.raw(
    `insert into client_tries as known (pair, mark, tried_at, good_at)
     values (:pair, :mark, :at, :at)
     on conflict (pair, mark) do update set good_at = excluded.good_at
     where known.good_at is null or known.good_at < excluded.good_at - interval '1 day'`,
    { pair, mark, at },
  )
}

/** @param before.good for passwords that were right once */
export async function deleteOldTries(
  db: Db,
  before: { wrong: Date; good: Date },
  limit: number,
): Promise<number> {
  const old = db('client_tries')
    .where((which) =>
      which
        .where((wrong) => wrong.whereNull('good_at').where('tried_at', '<', before.wrong))
        .orWhere('good_at', '<', before.good),
    )
    .limit(limit)
  return await db('client_tries').whereIn(['pair', 'mark'], old.select('pair', 'mark')).delete()
}
