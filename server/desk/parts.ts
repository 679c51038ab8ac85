import type { AccessParts } from '#server/access/parts.ts'
import type { AuditAction } from './audit/audit-details.ts'
import type { DeskParts, DeskSettings } from './desk.ts'

export interface DeskPageParts extends AccessParts {
  readonly settings: AccessParts['settings'] & DeskSettings
  readonly desk: DeskParts
  /** The actions that all features name. */
  readonly loadAuditActions: () => Promise<readonly AuditAction[]>
}
