import type { Db } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AuditAction, AuditDetails } from './audit-details.ts'
import { type AuditEntry, recordAudit } from './store.ts'

type Look = Extract<AuditAction, `${string}.viewed` | 'cases.searched'>

/** Records that a member of staff looks at something. Call it before the page is shown. */
export async function recordLook<A extends Look>(
  { db, keyring, clock }: { readonly db: Db; readonly keyring: Keyring; readonly clock: Clock },
  look: Omit<AuditEntry<A>, 'at' | 'details'> & { readonly details?: AuditDetails[A] },
): Promise<void> {
  const details = (look.details ?? {}) as AuditDetails[A]
  await db.transaction((trx) => recordAudit(trx, keyring, { ...look, details, at: clock.now() }))
}
