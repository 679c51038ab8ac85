import type { StaffRoute } from '#test/support/desk/staff-routes.ts'

export const routes: readonly StaffRoute[] = [{ path: '/staff/campaigns', right: 'cases.see' }]
