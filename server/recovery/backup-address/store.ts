// The backup address of an account: at most one, and in its canonical form it belongs to nobody else.
import type { Db, Trx } from '#db/connection.ts'
import { resealColumn } from '#db/reseal.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { claim, release } from '#server/accounts/claims/store.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { LinkedContact } from '../contacts/contact.ts'

const kind = 'backup-address'
const sealPurpose = 'backup-addresses.address'

export interface BackupAddress extends LinkedContact {
  readonly kind: 'backup-address'
}

/** @param accountId any id: for one without a backup address, or without an account, the same query finds nothing */
export async function findBackupAddress(
  db: Db | Trx,
  keyring: Keyring,
  accountId: string,
): Promise<BackupAddress | undefined> {
  const row = await db('backup_addresses')
    .join('claims', 'claims.account_id', 'backup_addresses.account_id')
    .where({ 'backup_addresses.account_id': accountId, 'claims.kind': kind })
    .first(
      'claims.value_sealed',
      'backup_addresses.address_sealed',
      'backup_addresses.confirmed_at',
      'backup_addresses.proven_at',
      'backup_addresses.doubtful_at',
    )
  return (
    row && {
      kind,
      value: keyring.open(sealPurpose, row.address_sealed),
      canonical: keyring.open('claims.backup-address', row.value_sealed),
      confirmedAt: row.confirmed_at,
      provenAt: row.proven_at,
      ...(row.doubtful_at ? { doubtful: true as const } : {}),
    }
  )
}

export interface WantedBackupAddress {
  readonly accountId: string
  readonly address: string
  readonly canonical: string
  readonly confirmedAt: Date
  readonly provenAt: Date
  /** It was in doubt when it was taken away. */
  readonly doubtful?: true | undefined
  readonly at: Date
}

export type PutBackupAddress =
  | { readonly kind: 'put'; readonly old: BackupAddress | undefined }
  | { readonly kind: 'taken' }

/**
 * Links the address in place of the one before, which is free again with the same commit. Only for an address whose possession was just
 * proven, or that is put back. The caller holds the account's row, so that changes of one account come one after the other.
 * @returns `taken` where another account holds it; nothing was changed then
 */
export async function putBackupAddress(
  trx: AccountTrx,
  keyring: Keyring,
  wanted: WantedBackupAddress,
): Promise<PutBackupAddress> {
  const { accountId, address, canonical, confirmedAt, provenAt, doubtful, at } = wanted
  const old = await findBackupAddress(trx, keyring, accountId)
  if ((await claim(trx, keyring, { kind, value: canonical, accountId }, at)) === 'taken')
    return { kind: 'taken' }
  const same = old?.canonical === canonical
  if (old && !same) await release(trx, keyring, { kind, accountId, value: old.canonical })
  await trx('backup_addresses')
    .insert({
      account_id: accountId,
      address_sealed: keyring.seal(sealPurpose, address),
      key_id: keyring.newestKeyId,
      confirmed_at: confirmedAt,
      proven_at: provenAt,
      doubtful_at: doubtful ? at : null,
    })
    .onConflict('account_id')
    .merge([
      'address_sealed',
      'key_id',
      'proven_at',
      'doubtful_at',
      ...(same ? [] : (['confirmed_at'] as const)),
    ])
  return { kind: 'put', old }
}

/** Puts an address back that was removed or replaced, if it is still free. */
export const restoreBackupAddress = (
  trx: AccountTrx,
  keyring: Keyring,
  accountId: string,
  { value, canonical, confirmedAt, provenAt, doubtful }: BackupAddress,
  at: Date,
): Promise<PutBackupAddress> =>
  putBackupAddress(trx, keyring, {
    accountId,
    address: value,
    canonical,
    confirmedAt,
    provenAt,
    doubtful,
    at,
  })

/** Unlinks the address and returns it; undefined where there was none. It is free for anybody, this account too. */
export async function removeBackupAddress(
  trx: AccountTrx,
  keyring: Keyring,
  accountId: string,
): Promise<BackupAddress | undefined> {
  const old = await findBackupAddress(trx, keyring, accountId)
  await trx('backup_addresses').where({ account_id: accountId }).delete()
  await release(trx, keyring, { kind, accountId })
  return old
}

/** Somebody else has shown that they have the address. Only linking it again takes that back. */
export async function markBackupAddressDoubtful(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('backup_addresses').where({ account_id: accountId }).update({ doubtful_at: at })
}

/** After a recovery with it. */
export async function markBackupAddressProven(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('backup_addresses').where({ account_id: accountId }).update({ proven_at: at })
}

/** Seals up to `limit` addresses anew under the newest key, and returns how many were under an older one. */
export const rekeyBackupAddresses = (trx: Trx, keyring: Keyring, limit: number): Promise<number> =>
  resealColumn(
    trx,
    keyring,
    {
      table: 'backup_addresses',
      id: 'account_id',
      column: 'address_sealed',
      purpose: sealPurpose,
      namesKey: true,
    },
    limit,
  )
