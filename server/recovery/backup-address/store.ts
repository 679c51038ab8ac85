// The backup address of an account: at most one, and unique in its canonical form.
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

/** Runs the same query for every id, even for `nobody`: it takes the same time. */
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
  if (!row) return undefined
  return {
    kind,
    value: keyring.open(sealPurpose, row.address_sealed),
    canonical: keyring.open('claims.backup-address', row.value_sealed),
    confirmedAt: row.confirmed_at,
    provenAt: row.proven_at,
    ...(row.doubtful_at ? { doubtful: true as const } : {}),
  }
}

export interface WantedBackupAddress {
  readonly accountId: string
  readonly address: string
  readonly canonical: string
  readonly confirmedAt: Date
  readonly provenAt: Date
  readonly doubtful?: true | undefined
  readonly at: Date
}

export type PutBackupAddress =
  | { readonly kind: 'put'; readonly old: BackupAddress | undefined }
  | { readonly kind: 'taken' }

/** For an address that was just proven or is restored. `taken`: nothing was changed. */
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

/** Only linking the address again ends the doubt. */
export async function markBackupAddressDoubtful(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('backup_addresses').where({ account_id: accountId }).update({ doubtful_at: at })
}

export async function markBackupAddressProven(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('backup_addresses').where({ account_id: accountId }).update({ proven_at: at })
}

/** Returns how many addresses, at most `limit`, it sealed under the newest key. */
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
