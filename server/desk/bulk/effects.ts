// What a decision would do to one case, or why it does nothing.
import { createHash } from 'node:crypto'
import type { Case } from '../cases/case-store.ts'
import { type BulkChoice, measureOf } from './decisions.ts'

/** A case with all that the decision depends on. */
export interface BulkFacts {
  readonly found: Case
  /** The measure in force against the account, and the case that it came from. */
  readonly inForce: {
    readonly id: string
    readonly caseId: string | null
  } | null
  readonly hasProposal: boolean
  readonly passwordChangedAt: Date | null
  /** The subject of the newest letter. */
  readonly about: string
}

/** Texts: `staff-bulk.effects.<code>`. */
export type BulkEffect =
  | 'closes'
  | 'measure-closes'
  /** Everything from here on leaves the case alone. */
  | 'left-out'
  | 'decided-before'
  | 'claimed'
  | 'no-account'
  | 'restricted'
  | 'changed'
  | 'no-right'

export const changesCase = (effect: BulkEffect) =>
  effect === 'closes' || effect === 'measure-closes'

/** @param madeBy the person who decides */
export function effectOf(choice: BulkChoice, facts: BulkFacts, madeBy: string): BulkEffect {
  const { found, inForce, hasProposal } = facts
  const { closedAt, claimedBy, accountId } = found
  if (closedAt) return 'decided-before'
  if (claimedBy !== null && claimedBy !== madeBy) return 'claimed'
  if (!measureOf(choice)) return inForce?.caseId === found.id ? 'restricted' : 'closes'
  if (accountId === null) return 'no-account'
  return inForce || hasProposal ? 'restricted' : 'measure-closes'
}

/** The same for the same case as long as nothing changed on which the decision depends. */
export function fingerprintOf(choice: BulkChoice, facts: BulkFacts): string {
  const { found, inForce, hasProposal, passwordChangedAt } = facts
  const { accountId, claimedBy, closedAt, severity, provenance, kinds } = found
  const state = [accountId, claimedBy, closedAt, severity, provenance, kinds.toSorted()]
  const account = measureOf(choice) ? [hasProposal, passwordChangedAt] : []
  const text = JSON.stringify([...state, inForce?.id, ...account])
  return createHash('sha256').update(text).digest('base64url').slice(0, 10)
}

/** What a page showed of each case, for the form to send back. It is no secret. */
export const writeShown = (choice: BulkChoice, all: readonly BulkFacts[]): string =>
  all.map((facts) => `${facts.found.id}:${fingerprintOf(choice, facts)}`).join(' ')

export function readShown(shown: string): ReadonlyMap<string, string> {
  const pairs = shown.split(' ').flatMap((each) => {
    const [, id, print] = /^(\d{1,18}):([\w-]{10})$/.exec(each) ?? []
    return id && print ? [[id, print] as const] : []
  })
  return new Map(pairs)
}
