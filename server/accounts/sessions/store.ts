// Where people are signed in. Ids are kept as hashes: a copy of the table opens no session.

import type { Db, Trx } from '#db/connection.ts'
import type { SessionOwner } from '#server/kit/web/session-owner.ts'
import { type AccountTrx, changeAccount } from '../accounts/change-account.ts'

export interface LoadedSession {
  readonly data: Record<string, unknown>
  readonly owner: SessionOwner
  readonly signedInAt: Date
  readonly lastSeenAt: Date
}

export interface ListedSession {
  readonly publicId: string
  readonly device: string
  readonly place: string
  readonly signedInAt: Date
  readonly lastSeenAt: Date
  readonly idDigest: Buffer
}

/** A session that is to begin. */
export interface NewSession {
  readonly idDigest: Buffer
  readonly accountId: string
  /** Of the account, when the proof was given. */
  readonly epoch: number
  readonly data: object
  readonly device: string
  readonly place: string
  readonly at: Date
}

/** Moments before which a session is dead: not seen since `seenAfter`, or begun before `begunAfter`. */
export interface Alive {
  readonly seenAfter: Date
  readonly begunAfter: Date
}

/**
 * Security: a session of an earlier epoch is none, whatever rows are left, and a blocked or closed account, or one that must get a new
 * password first, has none.
 */
export async function loadSession(
  db: Db,
  idDigest: Buffer,
  alive: Alive,
): Promise<LoadedSession | undefined> {
  const row = await db('sessions')
    .join('accounts', { 'accounts.id': 'sessions.account_id', 'accounts.epoch': 'sessions.epoch' })
    .where('sessions.id_digest', idDigest)
    .where('sessions.last_seen_at', '>', alive.seenAfter)
    .where('sessions.signed_in_at', '>', alive.begunAfter)
    .whereNull('accounts.blocked_at')
    .whereNull('accounts.reset_demanded_at')
    .whereNull('accounts.closed_at')
    .first(
      'sessions.data',
      'sessions.signed_in_at',
      'sessions.last_seen_at',
      'accounts.id',
      'accounts.address',
      'accounts.locale',
      'accounts.epoch',
    )
    // Every page of who is signed in asks this: planned once for each connection.
    .options({ name: 'load-session' })
  return (
    row && {
      data: row.data,
      owner: { id: row.id, address: row.address, locale: row.locale, epoch: row.epoch },
      signedInAt: row.signed_in_at,
      lastSeenAt: row.last_seen_at,
    }
  )
}

/** The caller has gone through the door in the session's own epoch. */
export async function insertSession(trx: AccountTrx, session: NewSession): Promise<void> {
  const { idDigest, accountId, epoch, device, place, at } = session
  await trx
    .raw(
      `insert into sessions (id_digest, account_id, epoch, data, device, place, signed_in_at, last_seen_at)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
      [idDigest, accountId, epoch, JSON.stringify(session.data), device, place, at, at],
    )
    .options({ name: 'insert-session' })
}

/** Begins a session for a proof that was given a moment ago. @throws StaleProof where its epoch is over by now */
export const beginSession = (db: Db, session: NewSession): Promise<void> =>
  changeAccount(db, session, (trx) => insertSession(trx, session))

/** Updates what a session carries. Security: one that was ended meanwhile stays ended, and one of an earlier epoch is not freshened. */
export async function updateSession(db: Db, idDigest: Buffer, data: object): Promise<void> {
  await db.raw(
    `update sessions s set data = cast(:data as jsonb) from accounts a
     where s.id_digest = :idDigest and a.id = s.account_id and a.epoch = s.epoch`,
    { idDigest, data: JSON.stringify(data) },
  )
}

export async function touchSession(db: Db, idDigest: Buffer, at: Date): Promise<void> {
  await db('sessions')
    .where({ id_digest: idDigest })
    .where('last_seen_at', '<', at)
    .update({ last_seen_at: at })
}

export async function deleteSession(db: Db | Trx, idDigest: Buffer): Promise<void> {
  await db('sessions').where({ id_digest: idDigest }).delete()
}

export async function listSessions(
  db: Db,
  accountId: string,
  alive: Alive,
): Promise<ListedSession[]> {
  const rows = await db('sessions')
    .where({ account_id: accountId })
    .where('last_seen_at', '>', alive.seenAfter)
    .where('signed_in_at', '>', alive.begunAfter)
    .orderBy('last_seen_at', 'desc')
  return rows.map((row) => ({
    publicId: row.public_id,
    device: row.device,
    place: row.place,
    signedInAt: row.signed_in_at,
    lastSeenAt: row.last_seen_at,
    idDigest: row.id_digest,
  }))
}

/** Ends one session of the account; undefined where it is not theirs or gone. */
export async function endSession(
  trx: AccountTrx,
  accountId: string,
  publicId: string,
): Promise<{ device: string } | undefined> {
  const [row] = await trx('sessions')
    .where({ account_id: accountId, public_id: publicId })
    .delete()
    .returning('device')
  return row
}

/** Ends all sessions of the account but `keep`, and returns how many. */
export async function endSessions(
  trx: AccountTrx,
  accountId: string,
  keep?: Buffer,
): Promise<number> {
  const query = trx('sessions').where({ account_id: accountId })
  return await (keep ? query.whereNot({ id_digest: keep }) : query).delete()
}

/** Deletes what died, `limit` rows at once, and returns how many. */
export async function deleteDeadSessions(db: Db, alive: Alive, limit: number): Promise<number> {
  return await db('sessions')
    .whereIn(
      'id_digest',
      db('sessions')
        .where('last_seen_at', '<=', alive.seenAfter)
        .orWhere('signed_in_at', '<=', alive.begunAfter)
        .limit(limit)
        .select('id_digest'),
    )
    .delete()
}

/** Remembers the browser. True where it had signed in before. */
export async function rememberDevice(
  trx: AccountTrx,
  accountId: string,
  deviceDigest: Buffer,
  at: Date,
): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { known: boolean }[] }>(
    `insert into known_devices (account_id, device_digest, first_seen_at, last_seen_at) values (?, ?, ?, ?)
     on conflict (account_id, device_digest) do update set last_seen_at = excluded.last_seen_at
     returning xmax <> 0 as known`,
    [accountId, deviceDigest, at, at],
  )
  return rows[0]?.known ?? false
}

export async function isKnownDevice(
  db: Db,
  accountId: string,
  deviceDigest: Buffer,
): Promise<boolean> {
  return (
    (await db('known_devices')
      .where({ account_id: accountId, device_digest: deviceDigest })
      .first('account_id')) !== undefined
  )
}

/** Security: after a reset no browser is known any more. */
export async function forgetDevices(trx: AccountTrx, accountId: string): Promise<void> {
  await trx('known_devices').where({ account_id: accountId }).delete()
}
