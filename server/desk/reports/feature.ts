import type { AccountFeature } from '#server/accounts/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { reportBody, reportRoutes } from './report-routes.ts'
import { reportTasks, reportTimes } from './report-tasks.ts'
import { reportRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const reportsFeature = {
  name: 'desk/reports',
  texts,
  settings: reportRows,
  menu: [
    { menu: 'footer', rank: 20, href: '/report', text: 'layout.footer.report' },
    {
      menu: 'home',
      rank: 60,
      href: '/report',
      text: 'home.report.title',
      summary: 'home.report.text',
      icon: 'flag',
    },
    {
      menu: 'help',
      rank: 100,
      href: '/report',
      text: 'help-index.report.title',
      summary: 'help-index.report.summary',
      icon: 'flag',
    },
  ],
  routes: (parts) => [reportRoutes(parts)],
  body: reportBody,
  tasks: ({ desk }) => reportTasks(desk),
  times: reportTimes,
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies AccountFeature<DeskPageParts>
