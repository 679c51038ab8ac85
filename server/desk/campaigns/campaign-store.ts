// Groups of cases whose letters have a text or the host of a link in common.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { MarkKind } from './marks.ts'

const purpose = 'abuse.campaign'

export interface KeyedMark {
  readonly kind: MarkKind
  readonly mark: Buffer
  readonly name: string
}

/** Joins a locked case to the campaign of a mark. Call it with sorted marks. */
export async function joinCampaign(
  trx: Trx,
  keyring: Keyring,
  { kind, mark, name }: KeyedMark,
  joining: {
    readonly caseId: string
    readonly sender: Buffer
    readonly at: Date
  },
): Promise<void> {
  const { caseId, sender, at } = joining
  const { rows } = await trx.raw(
    `insert into campaigns as c (kind, mark, name_sealed, key_id, last_at)
     values (:kind, :mark, :name, :keyId, :at)
     on conflict (kind, mark) do update
       set last_at = greatest(c.last_at, excluded.last_at)
     returning id`,
    {
      kind,
      mark,
      name: keyring.seal(purpose, name),
      keyId: keyring.newestKeyId,
      at,
    },
  )
  const { id } = rows[0]
  const known = await trx('campaign_cases').where({ campaign_id: id, sender }).first('case_id')
  await trx('campaign_cases')
    .insert({ campaign_id: id, case_id: caseId, sender })
    .onConflict(['campaign_id', 'case_id'])
    .ignore()
  if (!known) await trx('campaigns').where({ id }).increment('senders')
}

export async function moveCampaigns(trx: Trx, fromCaseId: string, toCaseId: string): Promise<void> {
  await trx.raw(
    `insert into campaign_cases (campaign_id, case_id, sender)
     select campaign_id, :toCaseId, sender from campaign_cases
     where case_id = :fromCaseId
     on conflict do nothing`,
    { fromCaseId, toCaseId },
  )
  await trx('campaign_cases').where({ case_id: fromCaseId }).delete()
}

export interface Campaign {
  readonly id: string
  readonly kind: MarkKind
  readonly name: string
  readonly senders: number
  readonly openCases: number
  readonly lastAt: Date
}

interface Ask {
  /** The viewer: cases about their own mailbox count nothing. */
  readonly notOf: string
  readonly leastSenders: number
  readonly limit: number
}

async function readCampaigns(
  db: Db,
  keyring: Keyring,
  { notOf, leastSenders, limit }: Ask,
  chosen: string,
  values: object = {},
): Promise<Campaign[]> {
  const { rows } = await db.raw(
    `select c.id, c.kind, c.name_sealed, c.last_at,
       n.senders, n.open
     from (
       select * from campaigns
       where senders >= :leastSenders and ${chosen}
       order by last_at desc, id desc
       limit :limit
     ) c
     cross join lateral (
       select count(distinct j.sender)::int as senders,
         (count(*) filter (where a.closed_at is null))::int as open
       from campaign_cases j
       join abuse_cases a on a.id = j.case_id
       where j.campaign_id = c.id
         and a.account_id is distinct from :notOf::uuid
     ) n
     where n.senders >= :leastSenders
     order by c.last_at desc, c.id desc`,
    { notOf, leastSenders, limit, ...values },
  )
  return rows.map((row: Record<string, unknown>) => ({
    id: String(row.id),
    kind: row.kind as MarkKind,
    name: keyring.open(purpose, row.name_sealed as string),
    senders: row.senders as number,
    openCases: row.open as number,
    lastAt: row.last_at as Date,
  }))
}

/** Those with an open case, the latest first. */
export const listCampaigns = (db: Db, keyring: Keyring, ask: Ask): Promise<Campaign[]> =>
  readCampaigns(
    db,
    keyring,
    ask,
    `exists (
       select 1 from campaign_cases j join abuse_cases a on a.id = j.case_id
       where j.campaign_id = campaigns.id and a.closed_at is null
         and a.account_id is distinct from :notOf::uuid)`,
  )

export const findCampaign = (db: Db, keyring: Keyring, id: string, ask: Ask): Promise<Campaign[]> =>
  readCampaigns(db, keyring, ask, 'id = :id', { id })

export const listCampaignsOfCase = (
  db: Db,
  keyring: Keyring,
  caseId: string,
  ask: Ask,
): Promise<Campaign[]> =>
  readCampaigns(
    db,
    keyring,
    ask,
    'id in (select campaign_id from campaign_cases where case_id = :caseId)',
    { caseId },
  )

export async function deleteOldCampaigns(db: Db, limit: number): Promise<number> {
  const { rowCount } = await db.raw(
    `delete from campaigns where id in (
       select c.id from campaigns c
       where not exists (select 1 from campaign_cases j where j.campaign_id = c.id)
       limit ?)`,
    [limit],
  )
  return rowCount
}
