import type { Feature } from '#server/kit/feature.ts'
import { kitFaults, kitRows } from './settings.ts'

export const settingsFeature = {
  name: 'kit/settings',
  settings: kitRows,
  settingRule: kitFaults,
} satisfies Feature<unknown>
