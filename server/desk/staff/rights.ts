// Who of the staff may do what: one closed table.
import type { StaffRole } from './store.ts'

export const staffRights = {
  /** The queue, the cases and what was reported. Everything seen of a case leaves a trace. */
  'cases.see': ['reader', 'analyst', 'senior'],
  /** Claim, note, close. */
  'cases.work': ['analyst', 'senior'],
  'search.use': ['reader', 'analyst', 'senior'],
  /** Measures against an account; those that need a second person only ask for it. */
  'measures.impose': ['analyst', 'senior'],
  /** Block for good. */
  'measures.impose-lasting': ['senior'],
  'measures.lift': ['analyst', 'senior'],
  /** Be the second person; for what only a senior may do, a senior. */
  'measures.approve': ['analyst', 'senior'],
  'appeals.see': ['reader', 'analyst', 'senior'],
  'appeals.decide': ['analyst', 'senior'],
  /** Look an account up for its owner who asks for help. */
  'accounts.see': ['support', 'operator'],
  'accounts.end-sessions': ['support'],
  'figures.see': ['reader', 'analyst', 'senior', 'operator'],
  'audit.see': ['senior', 'operator'],
  'audit.export': ['operator'],
} as const satisfies Readonly<Record<string, readonly StaffRole[]>>

export type StaffRight = keyof typeof staffRights

/** What somebody with these roles may do; nothing without a role. */
export function rightsOf(roles: readonly StaffRole[]): ReadonlySet<StaffRight> {
  const rights = Object.entries(staffRights) as [StaffRight, readonly StaffRole[]][]
  return new Set(
    rights
      .filter(([, holders]) => holders.some((role) => roles.includes(role)))
      .map(([right]) => right),
  )
}
