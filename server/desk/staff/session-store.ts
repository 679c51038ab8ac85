// The sessions of staff that have passed the staff door.
import type { Db, Trx } from '#db/connection.ts'
import type { StaffRole } from './store.ts'

export async function enterStaffSession(
  trx: Trx,
  sessionDigest: Buffer,
  at: Date,
  newCodesSealed: string | null = null,
): Promise<void> {
  await trx('staff_sessions')
    .insert({
      id_digest: sessionDigest,
      verified_at: at,
      seen_at: at,
      new_codes_sealed: newCodesSealed,
    })
    .onConflict('id_digest')
    .merge()
}

export async function findNewCodes(db: Db, sessionDigest: Buffer): Promise<string | undefined> {
  const row = await db('staff_sessions')
    .where({ id_digest: sessionDigest })
    .first('new_codes_sealed')
  return row?.new_codes_sealed ?? undefined
}

export async function forgetNewCodes(db: Db, sessionDigest: Buffer): Promise<void> {
  await db('staff_sessions').where({ id_digest: sessionDigest }).update({ new_codes_sealed: null })
}

export interface StaffStanding {
  readonly roles: readonly StaffRole[]
  readonly enrolled: boolean
  readonly shortcuts: boolean
  /** When this session last saw a staff page; null if it has not passed the staff door. */
  readonly seenAt: Date | null
  readonly hasNewCodes: boolean
}

/** Read at every request, so that a revoked role has no effect from the next request on. */
export async function findStanding(
  db: Db,
  accountId: string,
  sessionDigest: Buffer,
): Promise<StaffStanding> {
  const { rows } = await db.raw(
    `select
       array(select role from staff_roles where account_id = :accountId order by role) as roles,
       f.confirmed_at is not null as enrolled,
       f.shortcuts_off_at is null as shortcuts,
       s.seen_at,
       s.new_codes_sealed is not null as has_new_codes
     from (select 1) as one
     left join staff_factors f on f.account_id = :accountId
     left join staff_sessions s
       on s.id_digest = :sessionDigest and f.confirmed_at is not null`,
    { accountId, sessionDigest },
  )
  const [row] = rows
  return {
    roles: row.roles,
    enrolled: row.enrolled,
    shortcuts: row.shortcuts,
    seenAt: row.seen_at,
    hasNewCodes: row.has_new_codes,
  }
}

export async function touchStaffSession(db: Db, sessionDigest: Buffer, at: Date): Promise<void> {
  await db('staff_sessions')
    .where({ id_digest: sessionDigest })
    .where('seen_at', '<', at)
    .update({ seen_at: at })
}

export async function isInside(db: Db | Trx, sessionDigest: Buffer): Promise<boolean> {
  const row = await db('staff_sessions').where({ id_digest: sessionDigest }).first('seen_at')
  return row !== undefined
}

export async function wentInside(db: Db, sessionDigest: Buffer, after: Date): Promise<boolean> {
  const query = db('staff_sessions')
    .where({ id_digest: sessionDigest })
    .where('verified_at', '>', after)
  return (await query.first('seen_at')) !== undefined
}
