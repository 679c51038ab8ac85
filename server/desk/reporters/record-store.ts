// Reads what became of the reports of people.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { visibleTo } from '../emergencies/visible.ts'
import { asReport, type Report } from '../reports/report-store.ts'
import type { ReporterRecord } from './weight.ts'

const latest = 100

/**
 * Over the last 100 reports that ended.
 * @param viewer only cases that they may see count
 * @returns by the digest in hex
 */
export async function readRecords(
  db: Db | Trx,
  people: readonly Buffer[],
  viewer?: string,
): Promise<ReadonlyMap<string, ReporterRecord>> {
  const seen = viewer ? visibleTo(':viewer', 'c.') : 'true'
  const { rows } = await db.raw(
    `select encode(p.digest, 'hex') as person, last.*
     from unnest(:people::bytea[]) p(digest)
     cross join lateral (
       select count(*)::int as judged,
         (count(*) filter (where outcome = 'measure-taken'))::int
           as confirmed
       from (
         select r.outcome
         from abuse_reports r
         join abuse_cases c on c.id = r.case_id
         where r.person_digest = p.digest
           and r.duplicate_of is null
           and r.outcome in ('measure-taken', 'no-breach')
           and ${seen}
         order by r.id desc
         limit :latest
       ) ended
     ) last`,
    {
      people: [...people],
      viewer: viewer ?? null,
      latest,
    },
  )
  return new Map(
    rows.map(({ person, judged, confirmed }: ReporterRecord & { person: string }) => [
      person,
      { judged, confirmed },
    ]),
  )
}

export async function readRecord(
  db: Db | Trx,
  person: Buffer,
  viewer?: string,
): Promise<ReporterRecord> {
  const records = await readRecords(db, [person], viewer)
  const record = records.get(person.toString('hex'))
  return record ?? { judged: 0, confirmed: 0 }
}

/**
 * Newest first.
 * @param ask.notOf the viewer: reports in cases about
 *   their own mailbox are left out
 */
export async function listReportsOfPerson(
  db: Db,
  keyring: Keyring,
  person: Buffer,
  ask: {
    readonly notOf: string
    readonly limit: number
    readonly before?: string | undefined
  },
): Promise<Report[]> {
  const query = db('abuse_reports as r')
    .join('abuse_cases as c', 'c.id', 'r.case_id')
    .where('r.person_digest', person)
    .whereRaw(visibleTo('?', 'c.'), [ask.notOf, ask.notOf])
    .orderBy('r.id', 'desc')
    .limit(ask.limit)
    .select('r.*')
  if (ask.before !== undefined) query.where('r.id', '<', ask.before)
  const rows = await query
  return rows.map((row) => asReport(keyring, row))
}
