// Moves the case of an address to an account.
import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { moveCampaigns } from '../campaigns/campaign-store.ts'
import { movePreservations } from '../preservation/preservation-store.ts'
import { moveSearchTerms } from '../queue/search-store.ts'
import { movePeople, recountPeople } from './joining/join-store.ts'

/** An emergency never joins another case, and no other case joins one. */
const lockOpenOf = (trx: Trx, accountId: string, severity: number) =>
  trx('abuse_cases')
    .where({ account_id: accountId })
    .whereRaw('(severity = 3) = ?', [severity === 3])
    .whereNull('closed_at')
    .forUpdate()
    .first()

/**
 * Gives an open case to an account. If the account has one already, everything moves there.
 * @returns the id of the case that stays open; undefined if this case is closed or has an account
 * @throws 23505 (unique violation) if a report opens the account's case meanwhile: try again
 */
export async function attributeOpenCase(
  trx: Trx,
  keyring: Keyring,
  caseId: string,
  accountId: string,
  by: { readonly staffId: string; readonly at: Date },
): Promise<string | undefined> {
  if (!/^\d{1,18}$/.test(caseId)) return undefined
  const open = await trx('abuse_cases')
    .where({ id: caseId })
    .whereNull('closed_at')
    .whereNull('account_id')
    .forUpdate()
    .first()
  if (!open) return undefined
  const target = await lockOpenOf(trx, accountId, open.severity)
  if (!target) {
    await trx('abuse_cases').where({ id: caseId }).update({ account_id: accountId })
    return caseId
  }
  await movePeople(trx, caseId, String(target.id))
  await trx('abuse_reports').where({ case_id: caseId }).update({ case_id: target.id })
  await trx('abuse_case_entries').where({ case_id: caseId }).update({ case_id: target.id })
  await movePreservations(trx, caseId, String(target.id))
  await moveSearchTerms(trx, caseId, String(target.id))
  await moveCampaigns(trx, caseId, String(target.id))
  await trx.raw(
    `update abuse_cases t set
       report_count = t.report_count + o.report_count,
       harmless_count = t.harmless_count + o.harmless_count,
       provenance = greatest(t.provenance, o.provenance),
       severity = greatest(t.severity, o.severity),
       kinds = (
         select coalesce(array_agg(distinct kind), '{}') from unnest(t.kinds || o.kinds) kind
       )
     from abuse_cases o
     where t.id = ? and o.id = ?`,
    [target.id, caseId],
  )
  await recountPeople(trx, keyring, String(target.id))
  await trx('abuse_cases').where({ id: caseId }).update({
    closed_at: by.at,
    closed_by: by.staffId,
    outcome: 'merged',
    report_count: 0,
    reporter_count: 0,
    weight_shift: 0,
    harmless_count: 0,
  })
  return String(target.id)
}
