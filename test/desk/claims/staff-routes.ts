import type { StaffRoute } from '#test/support/desk/staff-routes.ts'

export const routes: readonly StaffRoute[] = [
  { path: '/staff/cases/:case/claim', right: 'cases.work', post: true },
  { path: '/staff/cases/:case/take-over', right: 'cases.take-over', post: true },
  { path: '/staff/cases/:case/release', right: 'cases.work', post: true },
]
