// Recovery links, and the addresses that visitors typed to get one. Perhaps nobody has them.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import {
  type DeadLink,
  findDeadLink,
  rememberDeadLink,
  rememberGoneSql,
} from '../dead-links/store.ts'
import type { LinkFate } from '../flow/recovery-method.ts'

const sealPurpose = 'recovery-link-requests.address'

export interface LinkRequest {
  readonly address: string
  readonly canonical: string
  readonly locale: Locale
  readonly client: ClientInfo
}

/** Returns how many links this flow has asked for. */
export async function putLinkRequest(
  trx: Trx,
  keyring: Keyring,
  wanted: { readonly flowId: string; readonly typed: LinkRequest; readonly at: Date },
): Promise<number> {
  const { flowId, typed, at } = wanted
  const { rows } = await trx.raw(
    `insert into recovery_link_requests as old (flow_id, address_sealed, asked_at)
     values (:flowId, :sealed, :at)
     on conflict (flow_id) do update set
       address_sealed = excluded.address_sealed, asked_at = excluded.asked_at,
       sends = old.sends + 1
     returning sends`,
    { flowId, sealed: keyring.seal(sealPurpose, JSON.stringify(typed)), at },
  )
  return rows[0].sends
}

export interface AskedLink {
  readonly typed: LinkRequest
  readonly sends: number
  readonly decided: boolean
}

export async function findLinkRequest(
  db: Db | Trx,
  keyring: Keyring,
  flowId: string,
): Promise<AskedLink | undefined> {
  const row = await db('recovery_link_requests').where({ flow_id: flowId }).first()
  if (!row) return undefined
  return {
    typed: JSON.parse(keyring.open(sealPurpose, row.address_sealed)),
    sends: row.sends,
    decided: row.decided_sends >= row.sends,
  }
}

/** Locks the request until the transaction ends, so that only one of two workers answers it. */
export async function lockLinkRequest(
  trx: Trx,
  keyring: Keyring,
  flowId: string,
): Promise<AskedLink | undefined> {
  await trx('recovery_link_requests').where({ flow_id: flowId }).forUpdate().select('flow_id')
  return await findLinkRequest(trx, keyring, flowId)
}

/** Marks the request as answered, with a link or with nothing. True for exactly one worker. */
export async function decideLinkRequest(trx: Trx, flowId: string, sends: number): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update recovery_link_requests set decided_sends = :sends
     where flow_id = :flowId and sends = :sends and decided_sends < :sends`,
    { flowId, sends },
  )
  return rowCount === 1
}

interface LinkRow {
  readonly token_hash: Buffer
  readonly expires_at: Date
  readonly spent_at: Date | null
}

/** @param at when a newer link took its place, if one did */
function fateOf({ spent_at, expires_at }: LinkRow, at: Date): DeadLink {
  if (spent_at) return { fate: 'used', at: spent_at }
  return expires_at <= at ? { fate: 'expired', at: expires_at } : { fate: 'newer', at }
}

/** Security: Only the newest link of an account works. */
export async function putLink(
  trx: AccountTrx,
  link: {
    readonly accountId: string
    readonly epoch: number
    readonly tokenHash: Buffer
    readonly at: Date
    readonly expiresAt: Date
  },
): Promise<void> {
  const { accountId } = link
  const old: LinkRow | undefined = await trx('recovery_links')
    .where({ account_id: accountId })
    .first()
  const kind = 'reset'
  if (old)
    await rememberDeadLink(trx, {
      accountId,
      kind,
      tokenHash: old.token_hash,
      ...fateOf(old, link.at),
    })
  await trx('recovery_links')
    .insert({
      account_id: link.accountId,
      epoch: link.epoch,
      token_hash: link.tokenHash,
      sent_at: link.at,
      expires_at: link.expiresAt,
      spent_at: null,
    })
    .onConflict('account_id')
    .merge()
}

/** Security: A link dies with its epoch, a block, its account and its address. */
const isAlive = `l.token_hash = :tokenHash and l.spent_at is null and l.expires_at > :at
  and a.id = l.account_id and a.epoch = l.epoch and a.blocked_at is null and a.closed_at is null
  and b.account_id = l.account_id and b.confirmed_at <= l.sent_at`

export async function findLink(
  db: Db | Trx,
  tokenHash: Buffer,
  at: Date,
): Promise<{ readonly accountId: string; readonly epoch: number } | undefined> {
  const { rows } = await db.raw(
    `select l.account_id as "accountId", l.epoch
     from recovery_links l, accounts a, backup_addresses b where ${isAlive}`,
    { tokenHash, at },
  )
  return rows[0]
}

/** Security: A link of one account is worth nothing to another. Only one caller gets true. */
export async function spendLink(
  trx: AccountTrx,
  about: { readonly accountId: string; readonly tokenHash: Buffer; readonly at: Date },
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update recovery_links l set spent_at = :at from accounts a, backup_addresses b
     where ${isAlive} and l.account_id = :accountId`,
    { ...about },
  )
  return rowCount === 1
}

/** `changed`: its epoch, account or address is over. @returns undefined for an unknown link */
export async function findLinkFate(
  db: Db | Trx,
  tokenHash: Buffer,
  at: Date,
): Promise<LinkFate | undefined> {
  const row: LinkRow | undefined = await db('recovery_links')
    .where({ token_hash: tokenHash })
    .first()
  if (!row) return await findDeadLink(db, 'reset', tokenHash)
  const own = fateOf(row, at)
  return own.fate === 'newer' ? { fate: 'changed' } : own
}

/** What became of them is remembered. @returns how many */
export async function deleteOldLinks(db: Db, before: Date, limit: number): Promise<number> {
  const { rows } = await db.raw(
    `with old as (
       select account_id from recovery_links where expires_at < :before limit :limit
     ), gone as (
       delete from recovery_links l using old
       where l.account_id = old.account_id and expires_at < :before
       returning l.token_hash, l.account_id,
         case when spent_at is null then 'expired' else 'used' end as fate,
         coalesce(spent_at, expires_at) as died_at
     ), kept as (${rememberGoneSql('reset')})
     select count(*)::int as count from gone`,
    { before, limit },
  )
  return rows[0].count
}

/** Returns how many addresses, at most `limit`, it sealed under the newest key. */
export const rekeyLinkRequests = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    {
      table: 'recovery_link_requests',
      id: 'flow_id',
      column: 'address_sealed',
      purpose: sealPurpose,
    },
    limit,
  )
