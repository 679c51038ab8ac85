// The audit as a file: one line an entry, newest first, each with its link of the chain.
import type { Db } from '#db/connection.ts'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import { exportRow } from '../figures/export-cell.ts'
import { type AuditFilter, type RecordedAudit, walkAudit } from './store.ts'

export type ExportFormat = 'csv' | 'jsonl'

const columns = [
  'position',
  'at',
  'staff',
  'action',
  'case',
  'account',
  'subject',
  'details',
  'hash',
] as const
const atOnce = 500

function asLine(
  entry: RecordedAudit,
  names: ReadonlyMap<string, string>,
  format: ExportFormat,
): string {
  const { position, staffId, action, caseId, accountId, subject, details } = entry
  const named = (id: string) => names.get(id) ?? id
  const record: Record<(typeof columns)[number], unknown> = {
    ...{ position, at: entry.at.toISOString(), staff: named(staffId), action, case: caseId },
    ...{
      account: accountId && named(accountId),
      subject,
      details,
      hash: entry.hash.toString('hex'),
    },
  }
  if (format === 'jsonl') return `${JSON.stringify(record)}\n`
  return exportRow(
    columns.map((name) =>
      name === 'details' ? JSON.stringify(details) : (record[name] as string),
    ),
  )
}

/** Pieces of the file, some hundred entries each. */
export async function* exportAudit(
  db: Db,
  filter: AuditFilter,
  format: ExportFormat,
): AsyncIterable<string> {
  if (format === 'csv') yield exportRow(columns)
  let batch: RecordedAudit[] = []
  const flush = async () => {
    const ids = batch.flatMap(({ staffId, accountId }) => [staffId, accountId])
    const names = await findAddresses(db, ids)
    const lines = batch.map((entry) => asLine(entry, names, format)).join('')
    batch = []
    return lines
  }
  for await (const entry of walkAudit(db, filter)) {
    batch.push(entry)
    if (batch.length === atOnce) yield await flush()
  }
  if (batch.length > 0) yield await flush()
}
