import type { StaffRoute } from '#test/support/desk/staff-routes.ts'

export const routes: readonly StaffRoute[] = [
  { path: '/staff/cases/:case/reports/:report/reporter', right: 'cases.see' },
]
