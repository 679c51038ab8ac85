import type { ActionRows } from './audit-details.ts'

export const actions = {
  'audit.exported': { count: Number },
  'audit.viewed': {},
} as const satisfies ActionRows
