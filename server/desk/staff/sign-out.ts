import type { Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { recordAudit } from '../audit/store.ts'
import { isInside } from './session-store.ts'

export interface StaffSignOut {
  readonly staffId: string
  /** Digest of the session's id. */
  readonly session: Buffer
  readonly at: Date
}

/** Records nothing for a session that has not passed the staff door. */
export async function recordStaffSignOut(
  trx: Trx,
  keyring: Keyring,
  { staffId, session, at }: StaffSignOut,
): Promise<void> {
  if (!(await isInside(trx, session))) return
  await recordAudit(trx, keyring, { staffId, action: 'staff.signed-out', details: {}, at })
}
