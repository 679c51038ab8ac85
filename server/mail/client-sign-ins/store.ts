import type { Db } from '#db/connection.ts'

export type Outcome = 'succeeded' | 'refused' | 'blocked' | 'short-name' | 'not-judged'

export interface ClientSignIn {
  readonly service: 'imap' | 'pop3' | 'smtp'
  readonly outcome: Outcome
  readonly appPasswordId: string | null
  /** Empty for a success, and where too many were refused in one hour. */
  readonly mark: Buffer
  readonly place: string
  readonly tries: number
  readonly firstAt: Date
  readonly lastAt: Date
}

export interface Target {
  readonly accountId: string
  readonly address: string
  readonly suspension: string
}

/** @returns the mailbox of the first address in `addresses` that has one */
export async function findTarget(
  db: Db,
  addresses: readonly string[],
): Promise<Target | undefined> {
  const rows = await db('mailboxes')
    .whereIn('address', [...addresses])
    .whereNull('removed_at')
    .select('account_id', 'address', 'suspension')
  const [row] = rows.sort(
    (one, two) => addresses.indexOf(one.address) - addresses.indexOf(two.address),
  )
  return row && { accountId: row.account_id, address: row.address, suspension: row.suspension }
}

/** More rows in an hour come from guessing. They are only added up. */
const rowsAtMost = 40

export async function recordSignIn(
  db: Db,
  signIn: {
    accountId: string
    bucket: Date
    service: string
    outcome: Outcome
    appPasswordId: string | null
    mark: Buffer
    place: string
    at: Date
  },
): Promise<void> {
  await db.raw(
    `with crowd as (
       select count(*) >= :rowsAtMost as is_full from client_sign_ins
       where account_id = :accountId and bucket = :bucket)
     insert into client_sign_ins as known
       (account_id, bucket, service, outcome, app_password_id, mark, place, first_at, last_at)
     select :accountId, :bucket, :service, :outcome, cast(:appPasswordId as uuid),
       case when is_full then cast('' as bytea) else cast(:mark as bytea) end,
       case when is_full then '' else cast(:place as text) end, :at, :at
     from crowd
     on conflict (account_id, bucket, service, outcome,
       coalesce(app_password_id, '00000000-0000-0000-0000-000000000000'), mark, place)
     do update set tries = known.tries + 1, last_at = greatest(known.last_at, excluded.last_at)`,
    { ...signIn, rowsAtMost },
  )
}

/** Updates a mark at most once a minute, since mail programs sign in often. */
export async function noteGoodMark(
  db: Db,
  good: { accountId: string; mark: Buffer; appPasswordId: string | null; at: Date },
): Promise<void> {
  await db.raw(
    `insert into client_password_marks as known (account_id, mark, app_password_id, last_good_at)
     values (:accountId, :mark, cast(:appPasswordId as uuid), :at)
     on conflict (account_id, mark) do update set
       app_password_id = excluded.app_password_id, last_good_at = excluded.last_good_at
     where known.last_good_at < excluded.last_good_at - interval '1 minute'
       or known.app_password_id is distinct from excluded.app_password_id`,
    good,
  )
}

/** Newest first. */
export async function listSignIns(
  db: Db,
  accountId: string,
  limit: number,
): Promise<ClientSignIn[]> {
  const rows = await db('client_sign_ins')
    .where({ account_id: accountId })
    .orderBy('last_at', 'desc')
    .limit(limit)
  return rows.map((row) => ({
    service: row.service,
    outcome: row.outcome,
    appPasswordId: row.app_password_id,
    mark: row.mark,
    place: row.place,
    tries: row.tries,
    firstAt: row.first_at,
    lastAt: row.last_at,
  }))
}

export interface GoodMark {
  readonly appPasswordId: string | null
  readonly lastGoodAt: Date
}

export async function listGoodMarks(db: Db, accountId: string): Promise<Map<string, GoodMark>> {
  const rows = await db('client_password_marks').where({ account_id: accountId })
  return new Map(
    rows.map((row) => [
      row.mark.toString('hex'),
      { appPasswordId: row.app_password_id, lastGoodAt: row.last_good_at },
    ]),
  )
}

export async function deleteOldSignIns(db: Db, before: Date, limit: number): Promise<number> {
  return await db('client_sign_ins')
    .whereIn('id', db('client_sign_ins').where('last_at', '<', before).limit(limit).select('id'))
    .delete()
}

export async function deleteOldMarks(db: Db, before: Date, limit: number): Promise<number> {
  const old = db('client_password_marks').where('last_good_at', '<', before).limit(limit)
  return await db('client_password_marks')
    .whereIn(['account_id', 'mark'], old.select('account_id', 'mark'))
    .delete()
}
