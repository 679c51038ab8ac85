// An app password opens mail unless it is revoked or held.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { msPerMinute } from '#server/core/durations.ts'
import type { MailService, WantedAppPassword } from '../mail-platform/mail-platform.ts'

export interface AppPassword {
  readonly id: string
  readonly name: string
  readonly services: readonly MailService[]
  readonly createdAt: Date
  /** False until the platform has taken the app password over. */
  readonly live: boolean
  /** Not null while the app password waits for its owner to keep or revoke it. */
  readonly heldAt: Date | null
  readonly lastUsed: { readonly at: Date; readonly service: string; readonly place: string } | null
}

const standing = (db: Db | Trx, accountId: string) =>
  db('app_passwords').where({ account_id: accountId, revoked_at: null })

/** Needs the lock of the mailbox. @returns undefined if the account has `atMost` already */
export async function insertAppPassword(
  trx: AccountTrx,
  added: {
    accountId: string
    name: string
    services: readonly MailService[]
    digest: Buffer
    revision: number
    at: Date
  },
  atMost: number,
): Promise<string | undefined> {
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `insert into app_passwords
       (account_id, name, services, secret_sha256, wanted_revision, created_at)
     select :accountId, :name, cast(:services as text[]), :digest, :revision, :at
     where :atMost > (
       select count(*) from app_passwords where account_id = :accountId and revoked_at is null)
     returning id`,
    { ...added, services: [...added.services], atMost },
  )
  return rows[0]?.id
}

/** Finds revoked app passwords too. @returns the id */
export async function findByDigest(
  trx: Trx,
  accountId: string,
  digest: Buffer,
): Promise<string | undefined> {
  const row = await trx('app_passwords')
    .where({ account_id: accountId, secret_sha256: digest })
    .first('id')
  return row?.id
}

/** App passwords that are neither revoked nor held, oldest first. */
export async function listOpeningAppPasswords(
  db: Db,
  accountId: string,
): Promise<WantedAppPassword[]> {
  const rows = await standing(db, accountId).whereNull('held_at').orderBy('created_at')
  return rows.map((row) => ({
    id: row.id,
    services: row.services,
    secretSha256: row.secret_sha256,
    createdAt: row.created_at,
  }))
}

/** App passwords that are not revoked, newest first. */
export async function listAppPasswords(db: Db, accountId: string): Promise<AppPassword[]> {
  const applied = db('mailboxes')
    .where({ account_id: accountId })
    .select('applied_revision')
    .as('applied_revision')
  const rows = await standing(db, accountId).orderBy('created_at', 'desc').select('*', applied)
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    services: row.services,
    createdAt: row.created_at,
    live: Number(row.applied_revision) >= Number(row.wanted_revision),
    heldAt: row.held_at,
    lastUsed: row.last_used_at && {
      at: row.last_used_at,
      service: row.last_used_service,
      place: row.last_used_place ?? '',
    },
  }))
}

export interface KnownAppPassword {
  readonly name: string
  readonly services: readonly MailService[]
  readonly heldAt: Date | null
  readonly revokedAt: Date | null
}

/** All app passwords by id, also revoked ones until they are deleted. */
export async function listKnownAppPasswords(
  db: Db | Trx,
  accountId: string,
): Promise<Map<string, KnownAppPassword>> {
  const rows = await db('app_passwords').where({ account_id: accountId })
  return new Map(
    rows.map((row) => [
      row.id,
      { name: row.name, services: row.services, heldAt: row.held_at, revokedAt: row.revoked_at },
    ]),
  )
}

export async function countHeldAppPasswords(db: Db, accountId: string): Promise<number> {
  const [row] = await standing(db, accountId).whereNotNull('held_at').count({ count: '*' })
  return Number(row?.count ?? 0)
}

/** @returns undefined if the account has no such app password, or it is revoked */
export async function revokeAppPassword(
  trx: AccountTrx,
  accountId: string,
  id: string,
  at: Date,
): Promise<{ name: string; held: boolean } | undefined> {
  const [row] = await standing(trx, accountId)
    .where({ id })
    .update({ revoked_at: at })
    .returning(['name', 'held_at'])
  return row && { name: row.name, held: row.held_at !== null }
}

/** @returns how many */
export const markAllRevoked = (trx: AccountTrx, accountId: string, at: Date): Promise<number> =>
  standing(trx, accountId).update({ revoked_at: at })

/** Holds all that are not held yet. @returns how many */
export const markHeld = (trx: AccountTrx, accountId: string, at: Date): Promise<number> =>
  standing(trx, accountId).whereNull('held_at').update({ held_at: at })

/** Ends a hold. @returns the name, or undefined if no such app password was held */
export async function releaseAppPassword(
  trx: AccountTrx,
  accountId: string,
  id: string,
  revision: number,
): Promise<string | undefined> {
  const [row] = await standing(trx, accountId)
    .where({ id })
    .whereNotNull('held_at')
    .update({ held_at: null, wanted_revision: revision })
    .returning('name')
  return row?.name
}

/** @returns true for the first call only, and never for a revoked app password */
export async function spendHandingOut(
  db: Db,
  accountId: string,
  id: string,
  what: 'shown_at' | 'profile_served_at',
  at: Date,
): Promise<boolean> {
  const spent = await standing(db, accountId)
    .where({ id, [what]: null })
    .update({ [what]: at })
  return spent === 1
}

/** Writes a use of another service at once, one of the same after five minutes. */
export async function noteAppPasswordUse(
  db: Db,
  use: { accountId: string; id: string; service: string; place: string; at: Date },
): Promise<void> {
  await db('app_passwords')
    .where({ id: use.id, account_id: use.accountId })
    .where((earlier) =>
      earlier
        .whereNull('last_used_at')
        .orWhere('last_used_at', '<', new Date(use.at.getTime() - 5 * msPerMinute))
        .orWhere((other) =>
          other
            .where('last_used_at', '<', use.at)
            .whereRaw('last_used_service is distinct from ?', [use.service]),
        ),
    )
    .update({ last_used_at: use.at, last_used_service: use.service, last_used_place: use.place })
}

/** They stay for a while, since they explain refused sign-ins. */
export async function deleteRevokedAppPasswords(
  db: Db,
  before: Date,
  limit: number,
): Promise<number> {
  return await db('app_passwords')
    .whereIn('id', db('app_passwords').where('revoked_at', '<', before).limit(limit).select('id'))
    .delete()
}
