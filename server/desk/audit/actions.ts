// Every action of staff that is recorded, with its details. Texts: `audit.<action>`.

type Nothing = Record<string, never>

export interface AuditDetails {
  'appeal.decided': { decision: string }
  'appeal.viewed': Nothing
  'audit.exported': { count: number }
  'audit.viewed': Nothing
  'case.attributed': Nothing
  'case.claimed': Nothing
  'case.closed': { outcome: string }
  'case.noted': Nothing
  'case.released': Nothing
  'case.viewed': Nothing
  'cases.searched': { field: string }
  'evidence.downloaded': { what: string }
  'evidence.viewed': { what: string }
  'figures.viewed': Nothing
  'measure.approved': { measure: string }
  'measure.lifted': { measure: string }
  'measure.proposed': { measure: string; cause: string }
  'measure.refused': { measure: string }
  'measure.taken': { measure: string; cause: string }
  'measure.viewed': Nothing
  'measures.viewed': Nothing
  'queue.viewed': { tab: string }
  'staff.signed-in': Nothing
  'staff.signed-out': Nothing
  'staff.totp-enrolled': Nothing
  'staff.totp-failed': Nothing
  'staff.codes-renewed': Nothing
  'staff.recovery-code-used': Nothing
  'support.acted': { what: string }
  'support.viewed': Nothing
}

export type AuditAction = keyof AuditDetails

export const auditActions = [
  'appeal.decided',
  'appeal.viewed',
  'audit.exported',
  'audit.viewed',
  'case.attributed',
  'case.claimed',
  'case.closed',
  'case.noted',
  'case.released',
  'case.viewed',
  'cases.searched',
  'evidence.downloaded',
  'evidence.viewed',
  'figures.viewed',
  'measure.approved',
  'measure.lifted',
  'measure.proposed',
  'measure.refused',
  'measure.taken',
  'measure.viewed',
  'measures.viewed',
  'queue.viewed',
  'staff.signed-in',
  'staff.signed-out',
  'staff.totp-enrolled',
  'staff.totp-failed',
  'staff.codes-renewed',
  'staff.recovery-code-used',
  'support.acted',
  'support.viewed',
] as const satisfies readonly AuditAction[]
