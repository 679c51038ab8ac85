// Forms that were acted on: for what two sendings would do twice, where nothing else tells the second one.
import type { Db, Trx } from '#db/connection.ts'
import { msPerMinute } from '#server/core/durations.ts'

/** A form is taken for sent again within this time; later it is another one with the same words. */
const againMs = 10 * msPerMinute

export type TakenForm =
  | { readonly kind: 'first' }
  /** @property answer the id that the first sending noted, where it noted one */
  | { readonly kind: 'again'; readonly answer: string | null }

/** Takes the form in the transaction that acts on it: of two sendings at once the second waits until the first is done. */
export async function takeForm(trx: Trx, formDigest: Buffer, at: Date): Promise<TakenForm> {
  const { rowCount } = await trx.raw(
    `insert into sent_forms as known (form_digest, sent_at) values (:formDigest, :at)
     on conflict (form_digest) do update set sent_at = excluded.sent_at, answer = null where known.sent_at <= :before`,
    { formDigest, at, before: new Date(at.getTime() - againMs) },
  )
  if (rowCount === 1) return { kind: 'first' }
  return { kind: 'again', answer: (await findSentForm(trx, formDigest, at))?.answer ?? null }
}

/** What the first sending noted, without taking the form; undefined where there was none. */
export async function findSentForm(
  db: Db | Trx,
  formDigest: Buffer,
  at: Date,
): Promise<{ readonly answer: string | null } | undefined> {
  const row = await db('sent_forms')
    .where({ form_digest: formDigest })
    .where('sent_at', '>', new Date(at.getTime() - againMs))
    .first('answer')
  return row && { answer: row.answer }
}

/** Notes what the next sending of the form must know. */
export async function noteAnswer(trx: Trx, formDigest: Buffer, answer: string): Promise<void> {
  await trx('sent_forms').where({ form_digest: formDigest }).update({ answer })
}

/** Deletes what was sent before `before`, `limit` rows at once, and returns how many. */
export async function deleteOldForms(db: Db, before: Date, limit: number): Promise<number> {
  return await db('sent_forms')
    .whereIn(
      'form_digest',
      db('sent_forms').where('sent_at', '<', before).limit(limit).select('form_digest'),
    )
    .delete()
}
