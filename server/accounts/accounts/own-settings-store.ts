import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from './change-account.ts'

export interface OwnSettings {
  readonly displayName: string | null
  readonly locale: string | null
  readonly scheme: string | null
}

export async function findOwnSettings(on: Db | Trx, id: string): Promise<OwnSettings> {
  const row = await on('accounts').where({ id }).first('display_name', 'locale', 'scheme')
  return { displayName: row.display_name, locale: row.locale, scheme: row.scheme }
}

export async function setOwnSettings(
  trx: AccountTrx,
  id: string,
  { displayName, locale, scheme }: OwnSettings,
): Promise<void> {
  await trx('accounts')
    .where({ id })
    .update({ display_name: displayName, locale, locale_chosen: true, scheme })
}
