import type { StaffRoute } from '#test/support/desk/staff-routes.ts'

export const routes: readonly StaffRoute[] = [
  { path: '/staff/audit', right: 'audit.see' },
  { path: '/staff/audit/export.csv', right: 'audit.export' },
  { path: '/staff/audit/export.jsonl', right: 'audit.export' },
]
