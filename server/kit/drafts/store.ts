// What is kept for a person who has to send a form again, sealed, and found by a random token.
import type { Db } from '#db/connection.ts'
import { msPerHour } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { hashToken, isToken } from '#server/core/keys/secrets.ts'

export const keptMs = msPerHour

/** All that is kept together. Beyond it nothing new is kept. */
const maxBytes = 512 * 1024 * 1024

export interface KeptFor {
  readonly purpose: string
  /** The secret of the browser that it is kept for. */
  readonly browser: string
}

// Security: What is kept opens only for the browser that sent it, and for an hour.
const digestOf = (token: string, { purpose, browser }: KeptFor) =>
  hashToken(`${purpose} ${browser} ${token}`)

interface StoreParts {
  readonly db: Db
  readonly keyring: Keyring
}

/** False if there is no room. @param token random, and finds it again */
export async function keep(
  { db, keyring }: StoreParts,
  whose: KeptFor,
  { token, content, at }: { token: string; content: string; at: Date },
): Promise<boolean> {
  const sealed = keyring.seal(whose.purpose, content)
  const { rowCount } = await db.raw(
    `insert into drafts (token_digest, sealed, bytes, kept_at)
     select :digest, :sealed, :bytes, :at
     where (select coalesce(sum(bytes), 0) from drafts) + :bytes <= :maxBytes`,
    { digest: digestOf(token, whose), sealed, bytes: sealed.length, at, maxBytes },
  )
  return rowCount === 1
}

export async function findKept(
  { db, keyring }: StoreParts,
  whose: KeptFor,
  token: unknown,
  now: Date,
): Promise<string | undefined> {
  if (!isToken(token)) return undefined
  const row = await db('drafts')
    .where({ token_digest: digestOf(token, whose) })
    .where('kept_at', '>', new Date(now.getTime() - keptMs))
    .first('sealed')
  try {
    return row && keyring.open(whose.purpose, row.sealed)
  } catch {
    // Its key is gone: it counts as not kept.
    return undefined
  }
}

export async function dropKept({ db }: StoreParts, whose: KeptFor, token: string): Promise<void> {
  await db('drafts')
    .where({ token_digest: digestOf(token, whose) })
    .delete()
}

export async function deleteOldDrafts(db: Db, now: Date, limit: number): Promise<number> {
  const before = new Date(now.getTime() - keptMs)
  const old = db('drafts').where('kept_at', '<', before).limit(limit).select('token_digest')
  return await db('drafts').whereIn('token_digest', old).delete()
}
