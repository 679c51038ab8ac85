import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'

/** `reset`: to a new password. `undo`: “this was not me”. */
export type DeadLinkKind = 'reset' | 'undo'

export type Fate = 'used' | 'newer' | 'expired'

export interface DeadLink {
  readonly fate: Fate
  readonly at: Date
}

/** The first fate of a link is kept. */
export async function rememberDeadLink(
  trx: AccountTrx,
  link: DeadLink & {
    readonly tokenHash: Buffer
    readonly accountId: string
    readonly kind: DeadLinkKind
  },
): Promise<void> {
  await trx('dead_links')
    .insert({
      token_hash: link.tokenHash,
      account_id: link.accountId,
      kind: link.kind,
      fate: link.fate,
      died_at: link.at,
    })
    .onConflict('token_hash')
    .ignore()
}

/** A step of a statement whose step `gone` returns token_hash, account_id, fate and died_at. */
export const rememberGoneSql = (kind: DeadLinkKind): string =>
  `insert into dead_links (token_hash, account_id, kind, fate, died_at)
   select token_hash, account_id, '${kind}', fate, died_at from gone
   on conflict (token_hash) do nothing`

export async function findDeadLink(
  db: Db | Trx,
  kind: DeadLinkKind,
  tokenHash: Buffer,
): Promise<(DeadLink & { readonly accountId: string }) | undefined> {
  const row = await db('dead_links').where({ token_hash: tokenHash, kind }).first()
  return row && { accountId: row.account_id, fate: row.fate, at: row.died_at }
}

/** Deletes up to `limit` links that died before this moment. @returns how many */
export async function deleteOldDeadLinks(db: Db, before: Date, limit: number): Promise<number> {
  return await db('dead_links')
    .whereIn(
      'token_hash',
      db('dead_links').where('died_at', '<', before).limit(limit).select('token_hash'),
    )
    .delete()
}
