// Digests of forms that were acted on, to recognise a form that is sent again.
import type { Db, Trx } from '#db/connection.ts'
import { msPerMinute } from '#server/core/durations.ts'

/** After this time the same form counts as a new one. */
const againMs = 10 * msPerMinute

export type TakenForm =
  | { readonly kind: 'first' }
  /** `answer` is the id that the first sending noted by `noteAnswer`. */
  | { readonly kind: 'again'; readonly answer: string | null }

/** If a form is sent twice at once, the second waits for the transaction of the first. */
export async function takeForm(trx: Trx, formDigest: Buffer, at: Date): Promise<TakenForm> {
  const { rowCount } = await trx.raw(
    `insert into sent_forms as known (form_digest, sent_at) values (:formDigest, :at)
     on conflict (form_digest) do update set sent_at = excluded.sent_at, answer = null
     where known.sent_at <= :before`,
    { formDigest, at, before: new Date(at.getTime() - againMs) },
  )
  if (rowCount === 1) return { kind: 'first' }
  return { kind: 'again', answer: (await findSentForm(trx, formDigest, at))?.answer ?? null }
}

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

export async function noteAnswer(trx: Trx, formDigest: Buffer, answer: string): Promise<void> {
  await trx('sent_forms').where({ form_digest: formDigest }).update({ answer })
}

export async function deleteOldForms(db: Db, before: Date, limit: number): Promise<number> {
  return await db('sent_forms')
    .whereIn(
      'form_digest',
      db('sent_forms').where('sent_at', '<', before).limit(limit).select('form_digest'),
    )
    .delete()
}
