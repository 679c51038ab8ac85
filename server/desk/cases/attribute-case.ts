import type { Trx } from '#db/connection.ts'
import { findAccountByAddress } from '#server/accounts/accounts/store.ts'
import type { DeskParts } from '../desk.ts'
import { attributeOpenCase } from './attribute-store.ts'
import { findCase, listRelatedCases } from './case-store.ts'
import { raiseSeverity } from './raise-severity.ts'
import { insertTimelineEntry } from './timeline-store.ts'
import { recordWork } from './work-on-case.ts'

export type AttributedCase =
  | { readonly kind: 'attributed'; readonly caseId: string }
  | { readonly kind: 'unknown-account' | 'own-account' | 'not-open' }

/**
 * Gives a case without an account to the account that an analyst named.
 * If that account has an open case, this case is merged into that one, which `caseId` then names.
 */
export async function attributeCase(
  parts: DeskParts,
  caseId: string,
  staffId: string,
  address: string,
): Promise<AttributedCase> {
  const at = parts.clock.now()
  const account = await findAccountByAddress(parts.db, address.trim().toLowerCase())
  if (!account || account.closedAt) return { kind: 'unknown-account' }
  // Security: Nobody gives a case to their own account.
  // The answer would show them whether a case about them is open.
  if (account.id === staffId) return { kind: 'own-account' }
  const attribute = (): Promise<AttributedCase> =>
    parts.db.transaction(async (trx) => {
      const by = { staffId, at }
      const into = await attributeOpenCase(trx, parts.keyring, caseId, account.id, by)
      if (into === undefined) return await attributedBefore(trx, parts, caseId, account.id, staffId)
      const entry = { caseId: into, event: 'attributed', details: {}, staffId, at } as const
      await insertTimelineEntry(trx, parts.keyring, entry)
      const goesOn = await findCase(trx, parts.keyring, into)
      if (goesOn) await raiseSeverity(trx, parts, goesOn, account, at)
      await recordWork(trx, parts, 'case.attributed', { caseId: into, staffId, details: {} })
      return { kind: 'attributed', caseId: into } as const
    })
  return await attribute().catch((fault: { code?: string }) => {
    // Unique violation: a report opened a case of this account meanwhile. The second try joins it.
    if (fault.code === '23505') return attribute()
    throw fault
  })
}

/** The answer to a second click: the case to which the first click has led. */
async function attributedBefore(
  trx: Trx,
  { keyring }: DeskParts,
  caseId: string,
  accountId: string,
  staffId: string,
): Promise<AttributedCase> {
  const found = await findCase(trx, keyring, caseId)
  if (found?.accountId === accountId && found.closedAt === null)
    return { kind: 'attributed', caseId }
  if (found?.outcome !== 'merged' || found.closedBy !== staffId) return { kind: 'not-open' }
  const ofAccount = await listRelatedCases(trx, keyring, { ...found, accountId }, 20, staffId)
  const open = ofAccount.find(
    ({ closedAt, severity }) =>
      closedAt === null && (severity === 'emergency') === (found.severity === 'emergency'),
  )
  return open ? { kind: 'attributed', caseId: open.id } : { kind: 'not-open' }
}
