// What staff and one person outside wrote to each other: about a report, or about a measure.
import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'

const purpose = 'abuse.words'

export type About =
  | { readonly reportId: string; readonly measureId?: undefined }
  | { readonly measureId: string; readonly reportId?: undefined }

export interface Word {
  readonly id: string
  readonly words: string
  /** Null if the person outside wrote it. */
  readonly staffId: string | null
  readonly at: Date
  /** Until when staff wait for an answer; null if they do not ask. */
  readonly asksUntil: Date | null
  /** When it was answered, or given up. */
  readonly answeredAt: Date | null
}

const columnOf = ({ reportId, measureId }: About) =>
  reportId === undefined ? { measure_id: measureId } : { report_id: reportId }

const asWord = (keyring: Keyring, row: Record<string, unknown>): Word => ({
  id: String(row.id),
  words: keyring.open(purpose, row.words_sealed as string),
  staffId: row.by_staff as string | null,
  at: row.written_at as Date,
  asksUntil: row.asks_until as Date | null,
  answeredAt: row.answered_at as Date | null,
})

/** @throws 23505 (unique violation) if a question waits already */
export async function insertWords(
  trx: Trx,
  keyring: Keyring,
  about: About,
  written: { words: string; staffId: string | null; at: Date; asksUntil?: Date | null },
): Promise<string> {
  const [row] = await trx('desk_words')
    .insert({
      ...columnOf(about),
      by_staff: written.staffId,
      words_sealed: keyring.seal(purpose, written.words),
      key_id: keyring.newestKeyId,
      written_at: written.at,
      asks_until: written.asksUntil ?? null,
    })
    .returning('id')
  return String(row.id)
}

/** Oldest first. */
export async function listWords(db: Db | Trx, keyring: Keyring, about: About): Promise<Word[]> {
  const rows = await db('desk_words').where(columnOf(about)).orderBy('id')
  return rows.map((row) => asWord(keyring, row))
}

export async function hasWords(db: Db | Trx, about: About): Promise<boolean> {
  return (await db('desk_words').where(columnOf(about)).first('id')) !== undefined
}

/** The question that waits, if its time is not over. */
export async function findQuestion(
  db: Db | Trx,
  about: About,
  now: Date,
): Promise<{ readonly id: string } | undefined> {
  const row = await db('desk_words')
    .where(columnOf(about))
    .whereNull('answered_at')
    .where('asks_until', '>', now)
    .first('id')
  return row && { id: String(row.id) }
}

/**
 * Security: A question is answered once, and only while it waits.
 * @returns the member who asked; undefined if no question waits
 */
export async function setAnswered(trx: Trx, about: About, at: Date): Promise<string | undefined> {
  const [row] = await trx('desk_words')
    .where(columnOf(about))
    .whereNull('answered_at')
    .where('asks_until', '>', at)
    .update({ answered_at: at })
    .returning('by_staff')
  return row?.by_staff
}

/** Whether another question to a reporter of the case waits. */
export async function isReporterAsked(trx: Trx, caseId: string, now: Date): Promise<boolean> {
  const row = await trx('desk_words as w')
    .join('abuse_reports as r', 'r.id', 'w.report_id')
    .where('r.case_id', caseId)
    .whereNull('w.answered_at')
    .where('w.asks_until', '>', now)
    .first('w.id')
  return row !== undefined
}

/** Gives up at most 200 questions. Returns the cases whose reporter was asked. */
export async function takeOverdue(trx: Trx, now: Date): Promise<string[]> {
  const { rows } = await trx.raw(
    `with gone as (
       update desk_words set answered_at = :now where id in (
         select id from desk_words
         where asks_until <= :now and answered_at is null
         order by id limit 200 for update skip locked)
       returning report_id)
     select distinct r.case_id from gone join abuse_reports r on r.id = gone.report_id
     where r.case_id is not null`,
    { now },
  )
  return rows.map((row: Record<string, unknown>) => String(row.case_id))
}

/** For the owner: what was written about measures against the account. */
export async function exportWords(db: Db | Trx, keyring: Keyring, accountId: string) {
  const own = db('measures').where({ account_id: accountId }).select('id')
  const rows = await db('desk_words').whereIn('measure_id', own).orderBy('id')
  const words = rows.map((row) => {
    const { words: text, staffId, at } = asWord(keyring, row)
    return { written_by: staffId === null ? 'owner' : 'staff', text, written_at: at }
  })
  return { desk_words: words }
}
