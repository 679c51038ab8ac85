// The lines of an exported audit, newest first. Each holds the hash that links it to the chain.
import type { Db } from '#db/connection.ts'
import { findAddresses } from '#server/accounts/accounts/store.ts'
import { exportRow } from './export-cell.ts'
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
const linesPerPiece = 500

function asLine(
  entry: RecordedAudit,
  names: ReadonlyMap<string, string>,
  format: ExportFormat,
): string {
  const { position, staffId, action, caseId, accountId, subject, details } = entry
  const named = (id: string) => names.get(id) ?? id
  const record = {
    position,
    at: entry.at.toISOString(),
    staff: staffId === null ? 'operator' : named(staffId),
    action,
    case: caseId,
    account: accountId && named(accountId),
    subject,
    details,
    hash: entry.hash.toString('hex'),
  }
  if (format === 'jsonl') return `${JSON.stringify(record)}\n`
  const cells = { ...record, details: JSON.stringify(details) }
  return exportRow(columns.map((name) => cells[name]))
}

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
    if (batch.length === linesPerPiece) yield await flush()
  }
  if (batch.length > 0) yield await flush()
}
