import { time } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const caseRows = {
  evidenceDays: row(time('days'), '180', 'how long a reported letter is kept'),
  caseDays: row(time('days'), '730', 'how long a closed case is kept, with its reports'),
} as const

export type CaseSettings = SettingsOf<typeof caseRows>
