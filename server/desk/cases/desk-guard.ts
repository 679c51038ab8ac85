// Finds the case or measure of a page, and decides whether the viewer may see it.
import type { AccountProof } from '#server/accounts/accounts/change-account.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import type { DeskParts } from '../desk.ts'
import type { Actor } from '../measures/measure-rules.ts'
import { findMeasure, type Measure } from '../measures/measure-store.ts'
import { type Case, findCase } from './case-store.ts'

interface Member {
  readonly id: string
  readonly proof: AccountProof
  readonly rights: ReadonlySet<string>
}

/** @throws NotFound */
export async function openCase(desk: DeskParts, id: unknown, member: Member): Promise<Case> {
  const found = await findCase(desk.db, desk.keyring, String(id))
  if (!found) throw new NotFound('no such case')
  refuseOwn(found.accountId, member)
  // Security: An emergency does not exist for staff without the right of its own.
  if (found.severity === 'emergency' && !member.rights.has('cases.emergency'))
    throw new NotFound('an emergency')
  return found
}

/** @throws NotFound */
export async function openMeasure(desk: DeskParts, id: unknown, member: Member): Promise<Measure> {
  const found = await findMeasure(desk.db, String(id))
  if (!found) throw new NotFound('no such measure')
  refuseOwn(found.accountId, member)
  return found
}

/** Security: Cases about the mailbox of a member of staff do not exist for that member. */
function refuseOwn(accountId: string | null, member: Member): void {
  if (accountId === member.id) throw new NotFound('a case of their own')
}

export const actorOf = (member: Member): Actor => ({
  staffId: member.id,
  proof: member.proof,
  right: member.rights.has('measures.impose-lasting') ? 'senior' : 'analyst',
})
