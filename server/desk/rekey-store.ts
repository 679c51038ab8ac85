// Re-seals the desk's values under the newest key of SECRET_KEYS.
import type { Trx } from '#db/connection.ts'
import type { Keyring } from '../core/keys/keyring.ts'
import { rekeyEvidence } from './evidence/evidence-store.ts'
import { rekeyDeskIndex } from './queue/index-store.ts'

/** Each purpose must equal the one in the store that owns the table. */
const sealed = [
  { table: 'abuse_reports', column: 'details_sealed', purpose: 'abuse.report' },
  { table: 'abuse_cases', column: 'details_sealed', purpose: 'abuse.case' },
  { table: 'abuse_case_entries', column: 'note_sealed', purpose: 'abuse.note' },
  {
    table: 'case_preservations',
    column: 'reason_sealed',
    purpose: 'abuse.preservation',
  },
  { table: 'desk_words', column: 'words_sealed', purpose: 'abuse.words' },
  { table: 'appeals', column: 'text_sealed', purpose: 'abuse.appeal-text' },
  { table: 'campaigns', column: 'name_sealed', purpose: 'abuse.campaign' },
] as const

/** Re-seals up to `limit` values of each table and returns their number. */
export async function rekeyDesk(trx: Trx, keyring: Keyring, limit: number): Promise<number> {
  let moved = (await rekeyDeskIndex(trx, keyring)) + (await rekeyEvidence(trx, keyring, limit))
  for (const { table, column, purpose } of sealed) {
    const rows = await trx(table)
      .whereNotNull(column)
      .whereNot({ key_id: keyring.newestKeyId })
      .limit(limit)
      .forUpdate()
      .skipLocked()
    for (const row of rows) {
      const value = keyring.seal(purpose, keyring.open(purpose, row[column]))
      await trx(table)
        .where({ id: row.id })
        .update({ [column]: value, key_id: keyring.newestKeyId })
    }
    moved += rows.length
  }
  return moved
}
