import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { asReport, type Report } from '../reports/report-store.ts'

export async function lockReport(
  trx: Trx,
  keyring: Keyring,
  id: string,
): Promise<Report | undefined> {
  const row = await trx('abuse_reports').where({ id }).forUpdate().first()
  return row && asReport(keyring, row)
}

export async function setPerson(trx: Trx, id: string, person: Buffer): Promise<void> {
  await trx('abuse_reports').where({ id }).update({ person_digest: person })
}
