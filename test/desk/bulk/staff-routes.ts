import type { StaffRoute } from '#test/support/desk/staff-routes.ts'

export const routes: readonly StaffRoute[] = [
  { path: '/staff/bulk', right: 'cases.work' },
  { path: '/staff/bulk', right: 'cases.work', post: true },
  { path: '/staff/bulk/:id', right: 'cases.work', answers: [404] },
  { path: '/staff/bulk/:id/send', right: 'cases.work', post: true, answers: [404] },
  { path: '/staff/bulk/:id/approve', right: 'measures.approve', post: true, answers: [404] },
  { path: '/staff/bulk/:id/refuse', right: 'cases.work', post: true, answers: [404] },
  { path: '/staff/bulk/:id/undo', right: 'cases.work', post: true, answers: [404] },
]
