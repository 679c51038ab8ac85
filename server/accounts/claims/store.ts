// A login, phone or backup address belongs to one account.
// When two accounts claim it at once, the primary key (kind, digest) decides.

import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AccountTrx } from '../accounts/change-account.ts'

export type ClaimKind = 'login' | 'login-look-alike' | 'phone' | 'backup-address'

export interface Claim {
  readonly kind: ClaimKind
  /** Canonical, so that two spellings of one thing are equal. */
  readonly value: string
  readonly accountId: string
}

const purposeOf = (kind: ClaimKind) => `claims.${kind}`

interface ClaimRow {
  readonly kind: ClaimKind
  readonly digest: Buffer
  readonly account_id: string
  readonly value_sealed: Buffer | string
  readonly key_id: string
  readonly claimed_at: Date
}

async function claimDigest(trx: Trx, row: ClaimRow): Promise<'new' | 'own' | 'taken'> {
  const { kind, digest } = row
  for (let asked = 0; asked < 20; asked++) {
    const inserted = await trx('claims')
      .insert(row)
      .onConflict(['kind', 'digest'])
      .ignore()
      .returning('digest')
    if (inserted.length > 0) return 'new'
    const owner = await trx('claims').where({ kind, digest }).first('account_id')
    if (owner) return owner.account_id === row.account_id ? 'own' : 'taken'
    // The other account released the value between the two statements: try again.
  }
  return 'taken'
}

/**
 * Claims the value until it is released. While two keys are in use there is a row under each
 * digest, so that a process that knows only the older key meets the same conflict.
 * @returns `taken` if another account has it. Then nothing was changed.
 */
export async function claim(
  trx: Trx,
  keyring: Keyring,
  wanted: Claim,
  at: Date,
): Promise<'claimed' | 'taken'> {
  const { kind, value, accountId } = wanted
  const value_sealed = keyring.seal(purposeOf(kind), value)
  const digests = keyring.digests(purposeOf(kind), value)
  const keyIdOf = (digest: Buffer) => keyring.keyIds[digests.indexOf(digest)]
  const own: Buffer[] = []
  // In the same order everywhere, so that two claims never wait for each other.
  for (const digest of digests.toSorted(Buffer.compare)) {
    const outcome = await claimDigest(trx, {
      kind,
      digest,
      account_id: accountId,
      value_sealed,
      key_id: keyIdOf(digest) ?? keyring.newestKeyId,
      claimed_at: at,
    })
    if (outcome === 'new') own.push(digest)
    if (outcome !== 'taken') continue
    await trx('claims').where({ kind, account_id: accountId }).whereIn('digest', own).delete()
    return 'taken'
  }
  return 'claimed'
}

/** Without a value releases all of this kind. None is no fault. */
export async function release(
  trx: Trx,
  keyring: Keyring,
  claimed: Omit<Claim, 'value'> & { value?: string },
): Promise<void> {
  const { kind, accountId, value } = claimed
  const query = trx('claims').where({ kind, account_id: accountId })
  await (value === undefined
    ? query
    : query.whereIn('digest', keyring.digests(purposeOf(kind), value))
  ).delete()
}

export async function findClaimOwner(
  db: Db | Trx,
  keyring: Keyring,
  kind: ClaimKind,
  value: string,
): Promise<string | undefined> {
  const row = await db('claims')
    .where({ kind })
    .whereIn('digest', keyring.digests(purposeOf(kind), value))
    .first('account_id')
  return row?.account_id
}

export async function findClaimed(
  db: Db | Trx,
  keyring: Keyring,
  kind: ClaimKind,
  values: readonly string[],
): Promise<ReadonlySet<string>> {
  const valueOfDigest = new Map(
    values.flatMap((value) =>
      keyring
        .digests(purposeOf(kind), value)
        .map((digest) => [digest.toString('hex'), value] as const),
    ),
  )
  const digests = [...valueOfDigest.keys()].map((digest) => Buffer.from(digest, 'hex'))
  const rows = await db('claims').where({ kind }).whereIn('digest', digests).select('digest')
  return new Set(rows.map((row) => valueOfDigest.get(row.digest.toString('hex')) ?? ''))
}

/** The account's values in clear text, only for sending to them or showing them masked. */
export async function claimedValues(
  db: Db | Trx,
  keyring: Keyring,
  kind: ClaimKind,
  accountId: string,
): Promise<string[]> {
  const rows = await db('claims')
    .where({ kind, account_id: accountId, key_id: keyring.newestKeyId })
    .select('value_sealed')
  const older =
    rows.length > 0
      ? []
      : await db('claims').where({ kind, account_id: accountId }).select('value_sealed')
  return [
    ...new Set([...rows, ...older].map((row) => keyring.open(purposeOf(kind), row.value_sealed))),
  ]
}

/** With their values in clear text, for their owner alone. */
export async function exportClaims(
  db: Db | Trx,
  keyring: Keyring,
  accountId: string,
): Promise<Record<string, object[]>> {
  const rows: ClaimRow[] = await db('claims').where({ account_id: accountId }).orderBy('kind')
  const claims = new Map<string, object>()
  for (const { kind, value_sealed, claimed_at } of rows) {
    const value = keyring.open(purposeOf(kind), String(value_sealed))
    // While two keys are in use there is a row under each.
    claims.set(`${kind} ${value}`, { kind, value, claimed_at })
  }
  return { claims: [...claims.values()] }
}

/** Moves at most `limit` claims to the newest key. @returns how many; 0 when all is done */
export async function rekeyClaims(trx: Trx, keyring: Keyring, limit: number): Promise<number> {
  const rows = await trx('claims')
    .whereNot({ key_id: keyring.newestKeyId })
    .limit(limit)
    .forUpdate()
    .skipLocked()
  for (const row of rows) {
    const kind = row.kind as ClaimKind
    const value = keyring.open(purposeOf(kind), row.value_sealed)
    await trx('claims').where({ kind, digest: row.digest }).delete()
    await trx('claims')
      .insert({
        ...row,
        digest: keyring.digest(purposeOf(kind), value),
        value_sealed: keyring.seal(purposeOf(kind), value),
        key_id: keyring.newestKeyId,
      })
      .onConflict(['kind', 'digest'])
      .ignore()
  }
  return rows.length
}

/** Other accounts may claim the contacts again. The login stays claimed for ever. */
export async function releaseContacts(trx: AccountTrx, accountId: string): Promise<void> {
  await trx('claims')
    .where({ account_id: accountId })
    .whereIn('kind', ['phone', 'backup-address'])
    .delete()
}
