import type { Db } from '#db/connection.ts'

/** Each account has its own day of a round, so that its letters do not all go in one night. */
export interface Unproven {
  readonly before: Date
  readonly day: number
  readonly days: number
  /** The last id of the page before. */
  readonly after: string | undefined
  readonly limit: number
}

export async function listUnproven(
  db: Db,
  table: 'backup_addresses' | 'phones',
  { before, day, days, after, limit }: Unproven,
): Promise<string[]> {
  const rows = db(table)
    .whereNull('doubtful_at')
    .where('proven_at', '<', before)
    .whereRaw(`('x' || right(account_id::text, 7))::bit(28)::int % ? = ?`, [days, day])
  if (after) rows.where('account_id', '>', after)
  return await rows.orderBy('account_id').limit(limit).pluck('account_id')
}
