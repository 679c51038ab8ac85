// Addresses whose owners stopped codes. A keyed digest finds a row. The sealed address beside it
// lets the row move to a newer key.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

const purpose = 'stopped-addresses'

const rowOf = (keyring: Keyring, canonical: string) => ({
  digest: keyring.digest(purpose, canonical),
  key_id: keyring.newestKeyId,
  address_sealed: keyring.seal(purpose, canonical),
})

export async function stopAddress(
  db: Db | Trx,
  keyring: Keyring,
  canonical: string,
  at: Date,
): Promise<void> {
  await db('stopped_addresses')
    .insert({ ...rowOf(keyring, canonical), stopped_at: at })
    .onConflict('digest')
    .ignore()
}

export async function liftStop(db: Db | Trx, keyring: Keyring, canonical: string): Promise<void> {
  await db('stopped_addresses').whereIn('digest', keyring.digests(purpose, canonical)).delete()
}

export async function findStop(
  db: Db | Trx,
  keyring: Keyring,
  canonical: string,
): Promise<Date | undefined> {
  const row = await db('stopped_addresses')
    .whereIn('digest', keyring.digests(purpose, canonical))
    .orderBy('stopped_at')
    .first('stopped_at')
  return row?.stopped_at
}

/** Moves up to `limit` rows to the newest key. @returns how many were under an older one */
export async function rekeyStoppedAddresses(
  trx: Trx,
  keyring: Keyring,
  limit: number,
): Promise<number> {
  const rows = await trx('stopped_addresses')
    .whereNot({ key_id: keyring.newestKeyId })
    .limit(limit)
    .forUpdate()
    .skipLocked()
  for (const { digest, address_sealed, stopped_at } of rows) {
    await trx('stopped_addresses').where({ digest }).delete()
    await stopAddress(trx, keyring, keyring.open(purpose, address_sealed), stopped_at)
  }
  return rows.length
}
