import { choice, whole } from '#server/kit/settings/setting-kinds.ts'
import { row, type SettingsOf } from '#server/kit/settings/setting-row.ts'

export const securityQuestionRows = {
  securityQuestion: row(
    choice('direct', 'hold', 'off'),
    'direct',
    'what a right answer does: reset at once, reset after PROBATION_HOURS, nothing',
  ),
  limitAnswersPerDay: row(whole(1), '3', 'answers to the security question per account and day'),
  limitAnswersLifetime: row(whole(1), '10', 'wrong answers before the question is closed for good'),
} as const

export type SecurityQuestionSettings = SettingsOf<typeof securityQuestionRows>
