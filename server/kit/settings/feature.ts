import type { Feature } from '#server/kit/feature.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { kitFaults, kitRows } from './settings.ts'

export const settingsFeature = {
  name: 'kit/settings',
  settings: kitRows,
  settingRule: kitFaults,
} satisfies Feature<WebParts>
