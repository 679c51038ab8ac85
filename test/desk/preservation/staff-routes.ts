import type { StaffRoute } from '#test/support/desk/staff-routes.ts'

const right = 'evidence.preserve'

export const routes: readonly StaffRoute[] = [
  { path: '/staff/preservations', right },
  { path: '/staff/cases/:case/preservation', right },
  { path: '/staff/cases/:case/preservation', right, post: true, fields: { reason: 'File 7' } },
  { path: `/staff/cases/:case/preservation/${'0'.repeat(64)}/end`, right, post: true },
]
