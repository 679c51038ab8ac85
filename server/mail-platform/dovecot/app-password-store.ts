// App passwords in the mail directory: one secret per device, which Dovecot compares by itself.
import { createHash, randomUUID } from 'node:crypto'
import type { Db } from '#db/connection.ts'

export type MailService = 'imap' | 'pop3' | 'smtp'

export interface AppPassword {
  readonly id: string
  readonly label: string
  readonly services: readonly MailService[]
  readonly createdAt: Date
  readonly lastUsed: { readonly at: Date; readonly service: string; readonly ip: string | null } | null
}

// Must stay equal to mail_directory.secret_digest(): blanks are only there for the eye.
const digest = (secret: string) => createHash('sha256').update(secret.replaceAll(' ', '')).digest()

/**
 * Adds a secret that opens the named services of a mailbox.
 * @param secret at least 80 random bits; kept only as its digest
 * @returns its id, by which it is listed and revoked
 */
export async function addAppPassword(
  db: Db,
  added: { accountId: string; label: string; secret: string; services: readonly MailService[] },
  now: Date,
): Promise<string> {
  const id = randomUUID()
  await db('mail_directory.app_passwords').insert({
    id,
    account_id: added.accountId,
    label: added.label,
    secret_sha256: digest(added.secret),
    services: added.services,
    created_at: now,
  })
  return id
}

/** Live ones, newest first. */
export async function listAppPasswords(db: Db, accountId: string): Promise<AppPassword[]> {
  const rows = await db('mail_directory.app_passwords')
    .where({ account_id: accountId, revoked_at: null })
    .orderBy('created_at', 'desc')
  return rows.map((row) => ({
    id: row.id,
    label: row.label,
    services: row.services,
    createdAt: row.created_at,
    lastUsed: row.last_used_at && { at: row.last_used_at, service: row.last_used_service, ip: row.last_used_ip },
  }))
}

/** Revokes one of the account's own, or all of them. Sessions that it opened live on until the platform ends them. @returns how many */
export async function revokeAppPasswords(db: Db, accountId: string, id: string | 'all', now: Date): Promise<number> {
  const live = db('mail_directory.app_passwords').where({ account_id: accountId, revoked_at: null })
  return (id === 'all' ? live : live.where({ id })).update({ revoked_at: now })
}

/** Notes that a device used its secret; an older note never replaces a newer one. */
export async function noteAppPasswordUse(
  db: Db,
  use: { id: string; service: string; ip: string | null },
  now: Date,
): Promise<void> {
  await db('mail_directory.app_passwords')
    .where({ id: use.id })
    .where((earlier) => earlier.whereNull('last_used_at').orWhere('last_used_at', '<', now))
    .update({ last_used_at: now, last_used_service: use.service, last_used_ip: use.ip })
}
