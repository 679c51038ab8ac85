// Reads the wanted mailboxes, and notes which ones the platform showed.

import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { Suspension } from '#server/accounts/life/account-life.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { PasswordFormat } from '#server/mail/mail-platform/mail-platform.ts'
import { sealPurpose } from '../want-mailbox.ts'

export interface WantedRow {
  readonly accountId: string
  readonly address: string
  readonly suspension: Suspension
  readonly quotaBytes: number
  readonly aliases: readonly string[]
  readonly mainPasswordOpensMail: boolean
  readonly passwordSealed: string | null
  readonly passwordFormat: PasswordFormat
  readonly removed: boolean
  /** True if a change is on its way to the platform, or came during this run. */
  readonly pending: boolean
  readonly appPasswords: readonly AppPasswordMark[]
}

export interface AppPasswordMark {
  readonly id: string
  readonly services: readonly string[]
  /** Hexadecimal SHA-256. */
  readonly secret: string
}

// Read in the same statement, both belong to one revision.
const appPasswordsOfRow = `(
  select coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'services', p.services,
    'secret', encode(p.secret_sha256, 'hex'))), '[]')
  from app_passwords p
  where p.account_id = m.account_id and p.revoked_at is null and p.held_at is null
) as app_passwords`

/** @param run when this reconciliation began; a later change counts as pending */
export async function findWantedByAddress(
  db: Db,
  addresses: readonly string[],
  run: Date,
): Promise<Map<string, WantedRow>> {
  const rows = await db('mailboxes as m')
    .whereIn('m.address', addresses)
    .select('m.*', db.raw(appPasswordsOfRow))
  return new Map(
    rows.map((row) => [
      row.address,
      {
        accountId: row.account_id,
        address: row.address,
        suspension: row.closing ? 'all' : row.suspension,
        quotaBytes: Number(row.quota_bytes),
        aliases: row.aliases,
        mainPasswordOpensMail: row.main_password_opens_mail,
        passwordSealed: row.password_sealed,
        passwordFormat: row.password_format,
        removed: row.removed_at !== null,
        pending: Number(row.applied_revision) < Number(row.revision) || row.changed_at >= run,
        appPasswords: row.app_passwords,
      },
    ]),
  )
}

/** Notes that the platform showed these mailboxes in the run that began at `run`. */
export async function noteSeen(db: Db, run: Date, accountIds: readonly string[]): Promise<void> {
  await db('mailboxes').whereIn('account_id', accountIds).update({ seen_at: run })
}

/** Mailboxes that the platform acknowledged, but did not show in this run. */
export async function listUnseen(
  db: Db,
  run: Date,
  afterAddress: string,
  limit: number,
): Promise<{ readonly accountId: string; readonly address: string }[]> {
  const rows = await db('mailboxes')
    .where('address', '>', afterAddress)
    .whereNull('removed_at')
    .whereRaw('applied_revision >= revision')
    .where('applied_at', '<', run)
    .whereRaw('(seen_at is null or seen_at < ?)', [run])
    .orderBy('address')
    .limit(limit)
    .select('account_id', 'address')
  return rows.map((row) => ({ accountId: row.account_id, address: row.address }))
}

export async function countWanted(db: Db): Promise<number> {
  const row = await db('mailboxes').whereNull('removed_at').count({ n: '*' }).first()
  return Number(row?.n ?? 0)
}

/** Reseals up to `limit` passwords under the newest key. */
export const rekeyMailboxes = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    { table: 'mailboxes', id: 'account_id', column: 'password_sealed', purpose: sealPurpose },
    limit,
  )
