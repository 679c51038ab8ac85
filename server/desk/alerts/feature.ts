import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { alertStaff, alertTask } from './alert-staff.ts'
import { alertRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const alertsFeature = {
  name: 'desk/alerts',
  texts,
  settings: alertRows,
  gauges: () => import('./gauges.ts'),
  tasks: ({ desk }) => ({ [alertTask]: () => alertStaff(desk) }),
  messages: () => import('./messages.ts'),
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
