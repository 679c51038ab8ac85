// The alerts of the sending limits. Each is handed to the desk once.
import type { Trx } from '#db/connection.ts'

export interface SendingAlert {
  readonly accountId: string
  readonly kind: 'letters' | 'recipients'
  readonly allowed: number
}

/** @returns undefined if the desk has it already */
export async function spendAlert(
  trx: Trx,
  id: string,
  at: Date,
): Promise<SendingAlert | undefined> {
  const [row] = await trx('sending_alerts')
    .where({ id, handed_on_at: null })
    .update({ handed_on_at: at })
    .returning('*')
  return row && { accountId: row.account_id, kind: row.kind, allowed: row.allowed }
}
