// Watches the order of locks: the head of the audit comes last.
import type { Db } from '#db/connection.ts'

interface Query {
  readonly __knexTxId?: string
  readonly sql: string
}

const locksHead = (sql: string) => /from "audit_head".*for update/.test(sql)
const endsEntry = (sql: string) =>
  /^(?:insert into "audit"|update "audit_head"|commit|rollback)/i.test(sql)

/**
 * Who holds the head waits for nobody, if nothing follows in its transaction. Then no two wait for
 * each other, whatever locks of accounts, cases and measures came before.
 * @returns the statements that followed
 */
export function watchAuditOrder(db: Db): readonly string[] {
  const holding = new Set<string>()
  const late: string[] = []
  db.on('query', ({ __knexTxId: trx = '', sql }: Query) => {
    if (locksHead(sql)) holding.add(trx)
    else if (holding.has(trx) && !endsEntry(sql)) late.push(sql)
    if (/^(?:commit|rollback)/i.test(sql)) holding.delete(trx)
  })
  return late
}
