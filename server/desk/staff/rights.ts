// Which role may do what: one closed table.
import type { StaffRole } from './store.ts'

export const staffRights = {
  /** The audit records everything that is seen of a case. */
  'cases.see': ['reader', 'analyst', 'senior'],
  'cases.work': ['analyst', 'senior'],
  /** To see and handle emergencies, for who may see and handle other cases. */
  'cases.emergency': ['emergency'],
  /** To take a case from the person who has it. */
  'cases.take-over': ['senior'],
  /** To keep the letters of a case beyond their time, and to end that. */
  'evidence.preserve': ['senior'],
  /** To keep the templates of what staff write to reporters and owners. */
  'templates.write': ['senior'],
  'search.use': ['reader', 'analyst', 'senior'],
  /** A measure that needs a second person is only proposed by this right. */
  'measures.impose': ['analyst', 'senior'],
  'measures.impose-lasting': ['senior'],
  'measures.lift': ['analyst', 'senior'],
  /** To be the second person. What only a senior may impose, only a senior may approve. */
  'measures.approve': ['analyst', 'senior'],
  'appeals.see': ['reader', 'analyst', 'senior'],
  'appeals.decide': ['analyst', 'senior'],
  'accounts.see': ['support', 'operator'],
  'accounts.end-sessions': ['support'],
  'figures.see': ['reader', 'analyst', 'senior', 'operator'],
  'audit.see': ['senior', 'operator'],
  'audit.export': ['operator'],
} as const satisfies Readonly<Record<string, readonly StaffRole[]>>

export type StaffRight = keyof typeof staffRights

export function rightsOf(roles: readonly StaffRole[]): ReadonlySet<StaffRight> {
  const rights = Object.entries(staffRights) as [StaffRight, readonly StaffRole[]][]
  return new Set(
    rights
      .filter(([, holders]) => holders.some((role) => roles.includes(role)))
      .map(([right]) => right),
  )
}
