// Recovery flows. One statement moves a flow along an edge of flow-states.ts, or not at all.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { isLocale, type Locale } from '#server/kit/i18n/texts.ts'
import { type FlowState, type FlowStep, stateAfter, statesBefore } from './flow-states.ts'

export interface Flow {
  readonly id: string
  /** Null where nobody has the name. */
  readonly accountId: string | null
  readonly address: string | null
  /** False for a decoy: no account has the name, or it is blocked, closed or in another epoch. */
  readonly live: boolean
  readonly epoch: number | null
  /** The mailbox as pages name it, sealed; null in flows older than this column. */
  readonly typedSealed: string | null
  readonly nameKey: string
  readonly limitKey: string
  /** In flows older than this column the same as `limitKey`. */
  readonly askerKey: string
  readonly state: FlowState
  readonly asked: string | null
  readonly provenBy: string | null
  readonly proofHash: Buffer | null
  readonly locale: Locale
  readonly client: ClientInfo
  readonly begunAt: Date
  readonly takesEffectAt: Date | null
}

export interface NewFlow {
  readonly tokenHash: Buffer
  readonly accountId: string | null
  readonly epoch: number | null
  readonly typedSealed?: string
  readonly nameKey: string
  readonly limitKey: string
  readonly askerKey?: string
  readonly state: FlowState
  readonly provenBy?: string
  readonly proofHash?: Buffer
  readonly locale: Locale
  readonly client: ClientInfo
  readonly at: Date
  readonly expiresAt: Date
}

const typedPurpose = 'recovery-flows.typed'

export const sealTyped = (keyring: Keyring, mailbox: string): string =>
  keyring.seal(typedPurpose, mailbox)

export const mailboxOf = (keyring: Keyring, { typedSealed }: Pick<Flow, 'typedSealed'>): string =>
  typedSealed === null ? '' : keyring.open(typedPurpose, typedSealed)

export const rekeyFlows = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    { table: 'recovery_flows', id: 'id', column: 'typed_sealed', purpose: typedPurpose },
    limit,
  )

// Security: No flow helps a blocked or closed account or outlives its epoch.
const isLive = `(f.ended_at is null
  and a.id is not null and a.blocked_at is null and a.closed_at is null
  and a.epoch = f.epoch)`

export async function insertFlow(trx: Trx, flow: NewFlow): Promise<void> {
  await trx('recovery_flows').insert({
    token_hash: flow.tokenHash,
    account_id: flow.accountId,
    epoch: flow.epoch,
    typed_sealed: flow.typedSealed ?? null,
    name_key: Buffer.from(flow.nameKey, 'base64url'),
    budget_key: Buffer.from(flow.limitKey, 'base64url'),
    asker_key: flow.askerKey === undefined ? null : Buffer.from(flow.askerKey, 'base64url'),
    state: flow.state,
    proven_by: flow.provenBy ?? null,
    proof_hash: flow.proofHash ?? null,
    locale: flow.locale,
    device: flow.client.device,
    place: flow.client.place,
    begun_at: flow.at,
    expires_at: flow.expiresAt,
  })
}

/** A flow that has not expired. A proven one must be live, others may be decoys. */
export async function findFlow(
  db: Db | Trx,
  tokenHash: Buffer,
  at: Date,
): Promise<Flow | undefined> {
  const { rows } = await db.raw(
    `select f.*, a.address, ${isLive} as live
     from recovery_flows f left join accounts a on a.id = f.account_id
     where f.token_hash = :tokenHash and f.expires_at > :at
       and (f.state <> 'proven' or ${isLive})`,
    { tokenHash, at },
  )
  const row = rows[0]
  return (
    row && {
      id: row.id,
      accountId: row.account_id,
      address: row.address,
      live: row.live,
      epoch: row.epoch,
      typedSealed: row.typed_sealed,
      nameKey: row.name_key.toString('base64url'),
      limitKey: row.budget_key.toString('base64url'),
      askerKey: (row.asker_key ?? row.budget_key).toString('base64url'),
      state: row.state,
      asked: row.asked,
      provenBy: row.proven_by,
      proofHash: row.proof_hash,
      locale: isLocale(row.locale) ? row.locale : 'en',
      client: { device: row.device, place: row.place },
      begunAt: row.begun_at,
      takesEffectAt: row.takes_effect_at,
    }
  )
}

/** Whether this browser has proven a flow that `findFlow` finds no more. */
export async function wasProven(db: Db | Trx, tokenHash: Buffer, at: Date): Promise<boolean> {
  const row = await db('recovery_flows')
    .where({ token_hash: tokenHash, state: 'proven' })
    .where('expires_at', '>', at)
    .first('id')
  return row !== undefined
}

/** Locks the flow's row. @returns whether the flow may take the step */
export async function lockFlow(trx: Trx, id: string, step: FlowStep, at: Date): Promise<boolean> {
  const { rows } = await trx.raw(
    `select 1 from recovery_flows
     where id = :id and state = any(:from) and expires_at > :at for update`,
    { id, at, from: statesBefore(step) },
  )
  return rows.length === 1
}

export async function noteChallenge(trx: Trx, id: string, method: string): Promise<void> {
  await trx('recovery_flows')
    .where({ id })
    .whereIn('state', statesBefore('challenge'))
    .update({
      state: stateAfter('challenge'),
      asked: method,
    })
}

// Security: A proof counts once, in its own flow and for its own account.
export async function noteProof(
  trx: Trx,
  id: string,
  method: string,
  at: Date,
  proofHash: Buffer | null = null,
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update recovery_flows f set state = :to, proven_by = :method, proof_hash = :proofHash
     from accounts a
     where f.id = :id and f.state = any(:from) and f.expires_at > :at
       and a.id = f.account_id and ${isLive}`,
    { id, method, proofHash, at, from: statesBefore('prove'), to: stateAfter('prove') },
  )
  return rowCount === 1
}

/** Moves a proven flow to its last state. @returns true for exactly one caller */
export async function finishFlow(
  trx: AccountTrx,
  id: string,
  step: Extract<FlowStep, 'set-password' | 'hold-password'>,
  at: Date,
  takesEffectAt: Date | null,
): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update recovery_flows f set state = :to, takes_effect_at = :takesEffectAt
     from accounts a
     where f.id = :id and f.state = any(:from) and f.expires_at > :at
       and a.id = f.account_id and ${isLive}`,
    { id, at, takesEffectAt, from: statesBefore(step), to: stateAfter(step) },
  )
  return rowCount === 1
}

/** Proven flows die, others go on as decoys. @param provenBy only these methods */
export async function endFlows(
  trx: AccountTrx,
  accountId: string,
  at: Date,
  provenBy?: readonly string[],
): Promise<void> {
  const query = trx('recovery_flows').where({ account_id: accountId })
  await (provenBy ? query.whereIn('proven_by', [...provenBy]) : query)
    .whereNull('ended_at')
    .whereIn('state', ['begun', 'asked', 'proven'])
    .update({ ended_at: at })
}

export async function endFlow(trx: AccountTrx, id: string, at: Date): Promise<void> {
  await trx('recovery_flows').where({ id }).whereNull('ended_at').update({ ended_at: at })
}

/** Deletes up to `limit` flows that expired before this moment. @returns how many */
export async function deleteOldFlows(db: Db, before: Date, limit: number): Promise<number> {
  return await db('recovery_flows')
    .whereIn('id', db('recovery_flows').where('expires_at', '<', before).limit(limit).select('id'))
    .delete()
}
