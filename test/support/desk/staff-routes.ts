// Pages of the console that a feature brings: `test/desk/<feature>/staff-routes.ts`.
import { globSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { StaffRight } from '#server/desk/staff/rights.ts'

export interface StaffRoute {
  readonly path: string
  readonly right?: StaffRight
  readonly post?: true
  readonly fields?: Readonly<Record<string, string>>
  /** Statuses for members with the right; else a page, a form shown again, or a redirect. */
  readonly answers?: readonly number[]
}

const load = createRequire(import.meta.url)
const desk = path.resolve(import.meta.dirname, '../../desk')

/** Found by their name: a feature that goes takes its own along. */
export const loadStaffRoutes = (): readonly StaffRoute[] =>
  globSync('*/staff-routes.ts', { cwd: desk })
    .toSorted()
    .flatMap((file) => (load(path.join(desk, file)) as { routes: StaffRoute[] }).routes)
