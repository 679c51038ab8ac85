// What a decision about many cases depends on, and the cases that it closes and opens again.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { asCase } from '../cases/case-store.ts'
import { type Outcome, reportPurpose } from '../reports/report-store.ts'
import type { BulkFacts } from './effects.ts'

function aboutOf(keyring: Keyring, sealed: unknown): string {
  if (typeof sealed !== 'string') return ''
  const { subject, note } = JSON.parse(keyring.open(reportPurpose, sealed)) as {
    subject?: string
    note?: string
  }
  return (subject || note || '').slice(0, 200)
}

/**
 * The most severe first. An emergency is decided by itself.
 * @param notOf cases about the mailbox of this viewer are left out
 */
export async function readFacts(
  db: Db | Trx,
  keyring: Keyring,
  caseIds: readonly string[],
  notOf: string,
): Promise<BulkFacts[]> {
  const { rows } = await db.raw<{ rows: Record<string, unknown>[] }>(
    `select c.*, m.id as measure_id, m.case_id as measure_case, a.password_changed_at,
       exists (
         select 1 from measures p
         where p.account_id = c.account_id and p.state = 'proposed') as has_proposal,
       (select r.details_sealed from abuse_reports r
        where r.case_id = c.id order by r.id desc limit 1) as about_sealed
     from abuse_cases c
     left join measures m on m.account_id = c.account_id and m.state = 'in-force'
     left join accounts a on a.id = c.account_id
     where c.id = any(:caseIds::bigint[]) and c.account_id is distinct from :notOf::uuid
       and c.severity < 3
     order by c.severity desc, c.id`,
    { caseIds: [...caseIds], notOf },
  )
  return rows.map((row) => ({
    found: asCase(keyring, row),
    inForce:
      row.measure_id === null
        ? null
        : {
            id: String(row.measure_id),
            caseId: row.measure_case && String(row.measure_case),
          },
    hasProposal: row.has_proposal as boolean,
    passwordChangedAt: row.password_changed_at as Date | null,
    about: aboutOf(keyring, row.about_sealed),
  })) as BulkFacts[]
}

/** Nothing changes the case until the transaction ends. */
export async function lockForRun(trx: Trx, caseId: string): Promise<void> {
  await trx('abuse_cases')
    .where({
      id: caseId,
    })
    .forUpdate()
    .first('id')
}

/** The reporters of a case that was closed by a run are answered once it cannot be undone. */
export async function holdAnswers(trx: Trx, caseId: string): Promise<void> {
  await trx('abuse_cases')
    .where({
      id: caseId,
    })
    .update({ answers_held: true })
}

/**
 * Cases of the run that are still closed by it. They are answered from now on.
 * @returns their outcomes of now: a measure may have corrected one
 */
export async function releaseAnswers(
  trx: Trx,
  runId: string,
): Promise<readonly { readonly caseId: string; readonly outcome: Outcome }[]> {
  const { rows } = await trx.raw<{ rows: { id: string; outcome: Outcome }[] }>(
    `update abuse_cases c set answers_held = false
     from bulk_items i
     where i.run_id = ? and i.case_id = c.id and c.answers_held
     returning c.id, c.outcome`,
    [runId],
  )
  return rows.map(({ id, outcome }) => ({
    caseId: String(id),
    outcome,
  }))
}

/** False if the case is not closed as the run left it, or a newer one took its place. */
export async function setReopened(trx: Trx, caseId: string): Promise<boolean> {
  const { rowCount } = await trx.raw(
    `update abuse_cases c
     set closed_at = null, closed_by = null, outcome = null, answers_held = false
     where c.id = ? and c.answers_held and not exists (
       select 1 from abuse_cases o
       where o.closed_at is null and (o.severity = 3) = (c.severity = 3) and case
         when c.account_id is null
         then o.account_id is null and o.subject_digest = c.subject_digest
         else o.account_id = c.account_id
       end)`,
    [caseId],
  )
  return rowCount === 1
}
