// The clocks of cases: `due_at` while they run, `clock_left_ms` while they are paused.
import type { Trx } from '#db/connection.ts'
import type { ReportKind } from '../reports/report-kind.ts'

/** A running clock is only ever set earlier. */
export async function setDueAt(trx: Trx, caseId: string, dueAt: Date): Promise<void> {
  await trx.raw(
    `update abuse_cases set due_at = least(due_at, :dueAt)
     where id = :caseId and closed_at is null and clock_left_ms is null`,
    { caseId, dueAt },
  )
}

export interface CaseClock {
  readonly kinds: readonly ReportKind[]
  readonly reportCount: number
  readonly openedAt: Date
  /** Null if the clock is paused, or was never started. */
  readonly dueAt: Date | null
  /** Working time; null if the clock is not paused. */
  readonly leftMs: number | null
}

const asClock = (row: Record<string, unknown>): CaseClock => ({
  kinds: row.kinds as ReportKind[],
  reportCount: row.report_count as number,
  openedAt: row.opened_at as Date,
  dueAt: row.due_at as Date | null,
  leftMs: row.clock_left_ms === null ? null : Number(row.clock_left_ms),
})

/** Undefined if the case is closed. */
export async function lockClock(trx: Trx, caseId: string): Promise<CaseClock | undefined> {
  const row = await trx('abuse_cases')
    .where({ id: caseId })
    .whereNull('closed_at')
    .forUpdate()
    .first()
  return row && asClock(row)
}

export async function setPaused(trx: Trx, caseId: string, leftMs: number): Promise<void> {
  await trx('abuse_cases')
    .where({
      id: caseId,
    })
    .update({ due_at: null, clock_left_ms: leftMs })
}

export async function setResumed(trx: Trx, caseId: string, dueAt: Date): Promise<void> {
  await trx('abuse_cases')
    .where({
      id: caseId,
    })
    .update({ due_at: dueAt, clock_left_ms: null })
}

/** Open cases whose clock nobody has started. */
export async function lockWithoutClock(
  trx: Trx,
  limit: number,
): Promise<readonly (CaseClock & { readonly id: string })[]> {
  const rows = await trx('abuse_cases')
    .whereNull('closed_at')
    .whereNull('due_at')
    .whereNull('clock_left_ms')
    .orderBy('id')
    .limit(limit)
    .forUpdate()
    .skipLocked()
  return rows.map((row) => ({ id: String(row.id), ...asClock(row) }))
}
