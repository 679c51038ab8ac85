// Sessions and known devices. Session ids are kept as hashes: a copy of the table opens no session.
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
  readonly isMine: boolean
}

export interface NewSession {
  readonly idDigest: Buffer
  readonly accountId: string
  readonly epoch: number
  readonly data: object
  readonly device: string
  readonly place: string
  readonly at: Date
}

/** A session is alive if it was last seen and begun after these moments. */
export interface Alive {
  readonly seenAfter: Date
  readonly begunAfter: Date
  readonly mineSeenAfter: Date
  readonly mineBegunAfter: Date
}

// Security: A session of staff is short, on their own device too.
const isAliveSql = `(
  sessions.last_seen_at > :seenAfter and sessions.signed_in_at > :begunAfter
  or sessions.data @> '{"isMine": true}'
    and sessions.last_seen_at > :mineSeenAfter and sessions.signed_in_at > :mineBegunAfter
    and not exists (select from staff_roles where account_id = sessions.account_id))`

// Security: A session of an earlier epoch, or of an account that is shut, is no session.
export async function loadSession(
  db: Db,
  idDigest: Buffer,
  alive: Alive,
): Promise<LoadedSession | undefined> {
  const row = await db('sessions')
    .join('accounts', { 'accounts.id': 'sessions.account_id', 'accounts.epoch': 'sessions.epoch' })
    .where('sessions.id_digest', idDigest)
    .whereRaw(isAliveSql, { ...alive })
    .whereNull('accounts.blocked_at')
    .whereNull('accounts.reset_demanded_at')
    .whereNull('accounts.closing_at')
    .whereNull('accounts.closed_at')
    .first(
      'sessions.data',
      'sessions.signed_in_at',
      'sessions.last_seen_at',
      'accounts.id',
      'accounts.address',
      'accounts.locale',
      'accounts.locale_chosen',
      'accounts.scheme',
      'accounts.epoch',
    )
    // Every page runs this query, so each connection plans it once.
    .options({ name: 'load-session' })
  return (
    row && {
      data: row.data,
      owner: {
        id: row.id,
        address: row.address,
        locale: row.locale,
        isLocaleChosen: row.locale_chosen,
        scheme: row.scheme,
        epoch: row.epoch,
      },
      signedInAt: row.signed_in_at,
      lastSeenAt: row.last_seen_at,
    }
  )
}

export async function insertSession(trx: AccountTrx, session: NewSession): Promise<void> {
  const { idDigest, accountId, epoch, device, place, at } = session
  await trx
    .raw(
      `insert into sessions (id_digest, account_id, epoch, data,
         device, place, signed_in_at, last_seen_at)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
      [idDigest, accountId, epoch, JSON.stringify(session.data), device, place, at, at],
    )
    .options({ name: 'insert-session' })
}

/** Begins a session for a fresh proof. @throws StaleProof if its epoch is over */
export const beginSession = (db: Db, session: NewSession): Promise<void> =>
  changeAccount(db, session, (trx) => insertSession(trx, session))

// Security: Saving a session that has ended meanwhile does not bring it back.
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
    .whereRaw(isAliveSql, { ...alive })
    .orderBy('last_seen_at', 'desc')
  return rows.map((row) => ({
    publicId: row.public_id,
    device: row.device,
    place: row.place,
    signedInAt: row.signed_in_at,
    lastSeenAt: row.last_seen_at,
    idDigest: row.id_digest,
    isMine: row.data.isMine === true,
  }))
}

/** @returns undefined if the session is gone or belongs to another account */
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

export async function endSessions(
  trx: AccountTrx,
  accountId: string,
  keep?: Buffer,
): Promise<number> {
  const query = trx('sessions').where({ account_id: accountId })
  return await (keep ? query.whereNot({ id_digest: keep }) : query).delete()
}

/** Deletes at most `limit` rows, and returns how many. */
export async function deleteDeadSessions(db: Db, alive: Alive, limit: number): Promise<number> {
  return await db('sessions')
    .whereIn(
      'id_digest',
      db('sessions')
        .whereRaw(`not ${isAliveSql}`, { ...alive })
        .limit(limit)
        .select('id_digest'),
    )
    .delete()
}

/** @returns true if the browser was known already */
export async function rememberDevice(
  trx: AccountTrx,
  accountId: string,
  deviceDigest: Buffer,
  at: Date,
): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: { known: boolean }[] }>(
    `insert into known_devices (account_id, device_digest, first_seen_at, last_seen_at)
     values (?, ?, ?, ?)
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
  const row = await db('known_devices')
    .where({ account_id: accountId, device_digest: deviceDigest })
    .first('account_id')
  return row !== undefined
}

// Security: After a reset no browser is known but the one that made it. The reset adds that one.
export async function forgetDevices(trx: AccountTrx, accountId: string): Promise<void> {
  await trx('known_devices').where({ account_id: accountId }).delete()
}
