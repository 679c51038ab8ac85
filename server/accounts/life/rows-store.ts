import type { Db } from '#db/connection.ts'
import type { AccountTrx } from '../accounts/change-account.ts'
import type { Closing } from './account-life.ts'

async function deleteRows(trx: AccountTrx, table: string, accountId: string): Promise<void> {
  await trx(table).where({ account_id: accountId }).delete()
}

/** @param columns that an owner may have: never a secret, a digest or a sealed value */
export function accountRows(table: string, columns: readonly string[]) {
  return {
    delete: (trx: AccountTrx, { accountId }: Closing): Promise<void> =>
      deleteRows(trx, table, accountId),
    export: async (db: Db, accountId: string): Promise<Record<string, object[]>> => ({
      [table]: await db(table)
        .where({ account_id: accountId })
        .select(...columns),
    }),
  }
}

export function accountTables(tables: Readonly<Record<string, readonly string[]>>) {
  const all = Object.entries(tables).map(([table, columns]) => accountRows(table, columns))
  return {
    delete: async (trx: AccountTrx, closing: Closing): Promise<void> => {
      for (const rows of all) await rows.delete(trx, closing)
    },
    export: async (db: Db, accountId: string) => {
      const found: Record<string, readonly object[]> = {}
      for (const rows of all) Object.assign(found, await rows.export(db, accountId))
      return found
    },
  }
}
