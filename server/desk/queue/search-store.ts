// The search terms of each report.
import type { Trx } from '#db/connection.ts'

export async function insertSearchTerms(
  trx: Trx,
  found: { reportId: string; caseId: string; terms: readonly string[] },
): Promise<void> {
  await trx.raw(
    `insert into abuse_search (report_id, case_id, terms) values (?, ?, ?::bigint[])
     on conflict (report_id) do update set case_id = excluded.case_id, terms = excluded.terms`,
    [found.reportId, found.caseId, [...found.terms]],
  )
}

export async function moveSearchTerms(
  trx: Trx,
  fromCaseId: string,
  toCaseId: string,
): Promise<void> {
  await trx('abuse_search')
    .where({
      case_id: fromCaseId,
    })
    .update({ case_id: toCaseId })
}
