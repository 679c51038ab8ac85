// The job that writes all that the portal holds about somebody into one file.
import type { Db } from '#db/connection.ts'
import {
  type AccountTrx,
  lockAccount,
  lockAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Exported } from '#server/accounts/life/account-life.ts'
import { notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import type { AccessParts } from '../parts.ts'
import { exportEnd } from './ask-export.ts'
import { dropExport, fillExport, findWaiting, type WaitingExport } from './store.ts'

/** What the JSON of a file holds. */
export interface ExportBody {
  readonly format: 'postern-export-1'
  readonly made_at: string
  readonly tables: Exported
}

/** All tables as they were at one moment. */
const collect = ({ life }: AccessParts, db: Db, accountId: string): Promise<Exported> =>
  db.transaction((trx) => life.export(trx, accountId), {
    isolationLevel: 'repeatable read',
    readOnly: true,
  })

async function noteReady(
  trx: AccountTrx,
  parts: AccessParts,
  { accountId, client }: WaitingExport,
  at: Date,
): Promise<void> {
  const event = 'export.ready'
  await recordActivity(trx, parts.keyring, {
    accountId,
    event,
    details: {},
    at,
    client,
  })
  await notifyOwner(trx, parts, {
    accountId,
    name: 'export-ready',
    params: {},
    change: event,
    at,
    client,
    lettersOnly: true,
  })
}

export async function makeExport(parts: AccessParts, id: string): Promise<void> {
  const { db, clock, keyring } = parts
  const asked = await findWaiting(db, id)
  if (!asked) return
  const { accountId } = asked
  const tables = await collect(parts, db, accountId)
  await db.transaction(async (outer) => {
    // Security: A reset, a block or a closing ends an export that was asked for before it.
    const found = await lockAccountAsItStands(outer, accountId)
    if (!found) return
    const { trx } = found
    const { kind } = await lockAccount(trx, asked)
    if (kind === 'stale') return await dropExport(trx, id)
    const at = clock.now()
    const body: ExportBody = {
      format: 'postern-export-1',
      made_at: at.toISOString(),
      tables,
    }
    const isFilled = await fillExport(trx, keyring, id, {
      body: JSON.stringify(body, null, 2),
      at,
      expiresAt: exportEnd(parts, at),
    })
    if (isFilled) await noteReady(trx, parts, asked, at)
  })
}
