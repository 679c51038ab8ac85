import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { startMissingClocks } from './run-clock.ts'
import { clockRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

const startTask = 'clocks:start'

export const clocksFeature = {
  name: 'desk/clocks',
  texts,
  settings: clockRows,
  tasks: ({ desk }) => ({ [startTask]: async () => void (await startMissingClocks(desk)) }),
  times: [`* * * * * ${startTask}`],
} satisfies DeskFeature<DeskPageParts>
