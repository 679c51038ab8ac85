// How often reports were wrong, came twice, or were about somebody who was measured before.
import type { Db } from '#db/connection.ts'
import { pseudonymOf } from '../reporters/pseudonym.ts'

export interface Judged {
  /** A rule of provenance, or the pseudonym of a reporter. */
  readonly name: string
  /** Ended with a measure or without a breach. */
  readonly judged: number
  /** Ended without a breach. */
  readonly wrong: number
}

export interface Quality {
  readonly duplicates: number
  /** Mailboxes with a measure that had one within a year before. */
  readonly repeatOffenders: number
  readonly byRule: readonly Judged[]
  /** Those who were wrong most often. */
  readonly byReporter: readonly Judged[]
}

interface Ask {
  readonly from: Date
  readonly to: Date
  /** The viewer: cases about their own mailbox do not count. */
  readonly notOf: string
}

const reportersShown = 10

const judgedSql = `
  from abuse_reports r join abuse_cases c on c.id = r.case_id
  where r.received_at >= :from and r.received_at < :to
    and r.duplicate_of is null
    and r.outcome in ('measure-taken', 'no-breach')
    and c.account_id is distinct from :notOf::uuid`

const counts = `count(*)::int as judged,
  (count(*) filter (where r.outcome = 'no-breach'))::int as wrong`

async function readByRule(db: Db, ask: Ask): Promise<Judged[]> {
  const { rows } = await db.raw(
    `select r.rule as name, ${counts} ${judgedSql}
     group by r.rule
     order by wrong desc, judged desc, name`,
    { ...ask },
  )
  return rows
}

async function readByReporter(db: Db, ask: Ask): Promise<Judged[]> {
  const { rows } = await db.raw(
    `select r.person_digest as person, ${counts} ${judgedSql}
       and r.person_digest is not null
     group by r.person_digest
     having count(*) filter (where r.outcome = 'no-breach') > 0
     order by wrong desc, judged desc, person
     limit :limit`,
    { ...ask, limit: reportersShown },
  )
  return rows.map(({ person, judged, wrong }: Judged & { person: Buffer }) => ({
    name: pseudonymOf(person),
    judged,
    wrong,
  }))
}

export async function readQuality(db: Db, ask: Ask): Promise<Quality> {
  const { rows } = await db.raw(
    `select
       (select count(*) from abuse_reports r
        left join abuse_cases c on c.id = r.case_id
        where r.received_at >= :from and r.received_at < :to
          and r.duplicate_of is not null
          and c.account_id is distinct from :notOf::uuid)::int
         as duplicates,
       (select count(distinct m.account_id) from measures m
        where m.taken_at >= :from and m.taken_at < :to
          and m.account_id <> :notOf::uuid
          and exists (
            select 1 from measures b
            where b.account_id = m.account_id
              and b.case_id is distinct from m.case_id
              and b.taken_at < m.taken_at
              and b.taken_at >= m.taken_at - interval '1 year'))::int
         as "repeatOffenders"`,
    { ...ask },
  )
  const [byRule, byReporter] = await Promise.all([readByRule(db, ask), readByReporter(db, ask)])
  return { ...rows[0], byRule, byReporter }
}
