// Counts reports in cases, and the people who sent them.
import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Verdict } from '#server/desk/provenance/provenance-rules.ts'
import { fullWeight } from '#server/desk/reporters/weight.ts'
import type { ReportKind } from '#server/desk/reports/report-kind.ts'
import { asCase, type Case, type CaseSubject, openCase, verdictRanks } from '../case-store.ts'

export interface JoiningReport {
  /** Null also if the letter is harmless: its kind does not count. */
  readonly kind: ReportKind | null
  readonly personDigest: Buffer
  /** In hundredths of a person. */
  readonly weight: number
  readonly verdict: Verdict
  readonly harmless: boolean
  readonly at: Date
}

/** What a person adds to the people of a case and to `weight_shift`. */
async function putPerson(
  trx: Trx,
  caseId: string,
  { personDigest, weight }: Pick<JoiningReport, 'personDigest' | 'weight'>,
): Promise<{ readonly people: number; readonly shift: number }> {
  const own = {
    case_id: caseId,
    reporter_digest: personDigest,
  }
  const before = await trx('abuse_case_reporters').where(own).first('weight')
  if (!before) {
    await trx('abuse_case_reporters').insert({ ...own, weight })
    return {
      people: 1,
      shift: weight - fullWeight,
    }
  }
  if (weight <= before.weight) return { people: 0, shift: 0 }
  await trx('abuse_case_reporters').where(own).update({ weight })
  return {
    people: 0,
    shift: weight - before.weight,
  }
}

/** Counts a report in the open case of its subject, which `openCase` locks. */
export async function joinCase(
  trx: Trx,
  keyring: Keyring,
  about: CaseSubject,
  report: JoiningReport,
): Promise<{ readonly found: Case; readonly opened: boolean }> {
  const { id, opened } = await openCase(trx, keyring, about, report.at)
  const { people, shift } = await putPerson(trx, id, report)
  const { rows: counted } = await trx.raw(
    `update abuse_cases set
       report_count = report_count + 1,
       harmless_count = harmless_count + :harmless,
       reporter_count = reporter_count + :people,
       weight_shift = weight_shift + :shift,
       provenance = greatest(provenance, :provenance::smallint),
       kinds = case
         when :kind::text is null or :kind = any(kinds) then kinds
         else array_append(kinds, :kind)
       end
     where id = :id
     returning *`,
    {
      id,
      people,
      shift,
      harmless: report.harmless ? 1 : 0,
      provenance: verdictRanks.indexOf(report.verdict),
      kind: report.kind,
    },
  )
  return { found: asCase(keyring, counted[0]), opened }
}

/** False if somebody works on the case, or a mailbox of ours belongs to it. */
export async function setNotOurs(trx: Trx, caseId: string, at: Date): Promise<boolean> {
  const changed = await trx('abuse_cases')
    .where({ id: caseId, provenance: verdictRanks.indexOf('not-ours') })
    .whereNull('closed_at')
    .whereNull('claimed_by')
    .whereNull('account_id')
    .update({ closed_at: at, outcome: 'not-ours' })
  return changed === 1
}

/** Undefined if the case is closed or has the kind already. */
export async function addKind(
  trx: Trx,
  keyring: Keyring,
  caseId: string,
  kind: ReportKind,
): Promise<Case | undefined> {
  const { rows } = await trx.raw(
    `update abuse_cases set kinds = array_append(kinds, :kind)
     where id = :caseId and closed_at is null and not :kind = any(kinds)
     returning *`,
    { caseId, kind },
  )
  return rows[0] && asCase(keyring, rows[0])
}

/** Locks the case of a report, also if it is being merged into another one. */
export async function lockCaseOf(
  trx: Trx,
  keyring: Keyring,
  reportId: string,
): Promise<Case | undefined> {
  let before: string | undefined
  for (;;) {
    const report = await trx('abuse_reports').where({ id: reportId }).first('case_id')
    if (!report?.case_id) return undefined
    const row = await trx('abuse_cases').where({ id: report.case_id }).forUpdate().first()
    // Merging has moved the report meanwhile: lock the case that it belongs to now.
    if (row?.outcome !== 'merged' || before === report.case_id) return row && asCase(keyring, row)
    before = report.case_id
  }
}

/** Counts the people of a locked case again.
 * Another person stands for some reports now. */
export async function replacePerson(
  trx: Trx,
  keyring: Keyring,
  caseId: string,
  change: {
    readonly from: Buffer
    readonly to: Buffer
    readonly weight: number
  },
): Promise<Case> {
  await trx.raw(
    `delete from abuse_case_reporters where case_id = :caseId and reporter_digest = :from
       and not exists (
         select 1 from abuse_reports where case_id = :caseId and duplicate_of is null
           and coalesce(person_digest, reporter_digest) = :from)`,
    {
      caseId,
      from: change.from,
    },
  )
  await putPerson(trx, caseId, {
    personDigest: change.to,
    weight: change.weight,
  })
  return await recountPeople(trx, keyring, caseId)
}

export async function movePeople(trx: Trx, fromCaseId: string, toCaseId: string): Promise<void> {
  await trx.raw(
    `insert into abuse_case_reporters as r (case_id, reporter_digest, weight)
     select :toCaseId, reporter_digest, weight
     from abuse_case_reporters where case_id = :fromCaseId
     on conflict (case_id, reporter_digest) do update
       set weight = greatest(r.weight, excluded.weight)`,
    { fromCaseId, toCaseId },
  )
}

export async function recountPeople(trx: Trx, keyring: Keyring, caseId: string): Promise<Case> {
  const { rows } = await trx.raw(
    `update abuse_cases c set reporter_count = p.people, weight_shift = p.shift
     from (
       select count(*)::int as people, coalesce(sum(weight - :fullWeight), 0)::int as shift
       from abuse_case_reporters where case_id = :caseId
     ) p
     where c.id = :caseId
     returning c.*`,
    { caseId, fullWeight },
  )
  return asCase(keyring, rows[0])
}
