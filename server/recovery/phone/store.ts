// The phone of an account: at most one, and its number belongs to nobody else.
import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { claim, release } from '#server/accounts/claims/store.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { LinkedContact } from '../contacts/contact.ts'

const kind = 'phone'

export interface Phone extends LinkedContact {
  readonly kind: 'phone'
}

/** Runs the same query for every id, even for `nobody`: it takes the same time. */
export async function findPhone(
  db: Db | Trx,
  keyring: Keyring,
  accountId: string,
): Promise<Phone | undefined> {
  const row = await db('phones')
    .join('claims', 'claims.account_id', 'phones.account_id')
    .where({ 'phones.account_id': accountId, 'claims.kind': kind })
    .first('claims.value_sealed', 'phones.confirmed_at', 'phones.proven_at', 'phones.doubtful_at')
  if (!row) return undefined
  const e164 = keyring.open('claims.phone', row.value_sealed)
  return {
    kind,
    value: e164,
    canonical: e164,
    confirmedAt: row.confirmed_at,
    provenAt: row.proven_at,
    ...(row.doubtful_at ? { doubtful: true as const } : {}),
  }
}

export interface WantedPhone {
  readonly accountId: string
  readonly e164: string
  readonly confirmedAt: Date
  readonly provenAt: Date
  readonly doubtful?: true | undefined
  readonly at: Date
}

export type PutPhone =
  | { readonly kind: 'put'; readonly old: Phone | undefined }
  | { readonly kind: 'taken' }

/** For a number that was just proven or is restored. `taken`: nothing was changed. */
export async function putPhone(
  trx: AccountTrx,
  keyring: Keyring,
  wanted: WantedPhone,
): Promise<PutPhone> {
  const { accountId, e164, confirmedAt, provenAt, doubtful, at } = wanted
  const doubtful_at = doubtful ? at : null
  const old = await findPhone(trx, keyring, accountId)
  if ((await claim(trx, keyring, { kind, value: e164, accountId }, at)) === 'taken')
    return { kind: 'taken' }
  if (old && old.canonical !== e164)
    await release(trx, keyring, { kind, accountId, value: old.canonical })
  await trx('phones')
    .insert({ account_id: accountId, confirmed_at: confirmedAt, proven_at: provenAt, doubtful_at })
    .onConflict('account_id')
    .merge([
      'proven_at',
      'doubtful_at',
      ...(old?.canonical === e164 ? [] : (['confirmed_at'] as const)),
    ])
  return { kind: 'put', old }
}

export function restorePhone(
  trx: AccountTrx,
  keyring: Keyring,
  accountId: string,
  old: Phone,
  at: Date,
): Promise<PutPhone> {
  const { canonical: e164, confirmedAt, provenAt, doubtful } = old
  return putPhone(trx, keyring, { accountId, e164, confirmedAt, provenAt, doubtful, at })
}

export async function removePhone(
  trx: AccountTrx,
  keyring: Keyring,
  accountId: string,
): Promise<Phone | undefined> {
  const old = await findPhone(trx, keyring, accountId)
  await trx('phones').where({ account_id: accountId }).delete()
  await release(trx, keyring, { kind, accountId })
  return old
}

/** Only linking the number again ends the doubt. */
export async function markPhoneDoubtful(
  trx: AccountTrx,
  accountId: string,
  at: Date,
): Promise<void> {
  await trx('phones').where({ account_id: accountId }).update({ doubtful_at: at })
}

export async function markPhoneProven(trx: AccountTrx, accountId: string, at: Date): Promise<void> {
  await trx('phones').where({ account_id: accountId }).update({ proven_at: at })
}
