import { noKeys, nothing, withholds } from '#server/accounts/life/account-life.ts'
import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { auditRoutes } from './routes.ts'
import texts from './texts.json' with { type: 'json' }

export const auditFeature = {
  name: 'desk/audit',
  texts,
  actions: () => import('./actions.ts'),
  menu: [consoleEntry('staff-audit', { rank: 60, href: '/staff/audit', right: 'audit.see' })],
  routes: (parts) => [auditRoutes(parts)],
  tables: ['audit'],
  life: () => ({
    recover: nothing('the record only grows'),
    signOut: nothing('the record only grows'),
    block: nothing('the record only grows'),
    close: nothing('the chain stays, so that nobody can take an entry out'),
    export: withholds('audit', 'The record of what staff did. Measures are in this file.'),
    rekey: noKeys,
  }),
  checks: () => import('./checks.ts'),
  actionSamples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
