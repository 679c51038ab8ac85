// Who has which case.
import type { Trx } from '#db/connection.ts'

/** If two people claim at once, one gets the case. False if it is claimed or closed. */
export async function setClaim(
  trx: Trx,
  caseId: string,
  staffId: string,
  at: Date,
): Promise<boolean> {
  const changed = await trx('abuse_cases')
    .where({ id: caseId })
    .whereNull('closed_at')
    .whereNull('claimed_by')
    .update({
      claimed_by: staffId,
      claimed_at: at,
      claim_seen_at: at,
    })
  return changed === 1
}

export async function clearClaim(trx: Trx, caseId: string, staffId: string): Promise<boolean> {
  const changed = await trx('abuse_cases')
    .where({ id: caseId, claimed_by: staffId })
    .whereNull('closed_at')
    .update({
      claimed_by: null,
      claimed_at: null,
      claim_seen_at: null,
    })
  return changed === 1
}

/** False if `from` does not have the case any more, or it is closed. */
export async function moveClaim(
  trx: Trx,
  caseId: string,
  {
    from,
    to,
    at,
  }: {
    readonly from: string
    readonly to: string
    readonly at: Date
  },
): Promise<boolean> {
  const changed = await trx('abuse_cases')
    .where({ id: caseId, claimed_by: from })
    .whereNot({ claimed_by: to })
    .whereNull('closed_at')
    .update({
      claimed_by: to,
      claimed_at: at,
      claim_seen_at: at,
    })
  return changed === 1
}

/** The holder looks at the case, so the claim does not lapse. */
export async function renewClaim(
  trx: Trx,
  caseId: string,
  staffId: string,
  at: Date,
): Promise<void> {
  await trx('abuse_cases')
    .where({ id: caseId, claimed_by: staffId })
    .whereNull('closed_at')
    .update({ claim_seen_at: at })
}

/** Frees cases whose holders were last there before `since`. @returns their ids */
export async function clearIdleClaims(trx: Trx, since: Date, limit: number): Promise<string[]> {
  // Before claim_seen_at was there, a claim was as old as its beginning.
  const { rows } = await trx.raw<{ rows: { id: string }[] }>(
    `update abuse_cases set claimed_by = null, claimed_at = null, claim_seen_at = null
     where id in (
       select id from abuse_cases
       where closed_at is null and claimed_by is not null
         and coalesce(claim_seen_at, claimed_at) < :since
       limit :limit for update skip locked)
     returning id`,
    { since, limit },
  )
  return rows.map(({ id }) => String(id))
}
