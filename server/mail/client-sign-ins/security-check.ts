import type { CheckItem, SecurityCheck } from '#server/kit/pages/owner/security-check.ts'
import type { ClientSignInParts } from './parts.ts'
import { readSignIns } from './read-sign-ins.ts'
import { statesOf } from './states.ts'

const href = '/account/mail-programs'

const item = {
  rank: 70,
  icon: 'mail-program',
  name: 'check.mail-programs.name',
  action: 'check.mail-programs.see',
  href,
} as const

function refused(at: Date): CheckItem {
  const next = { step: 'refused-programs', text: 'check.mail-programs.next' } as const
  return {
    ...item,
    state: 'wait',
    lines: [{ text: 'check.mail-programs.refused', at }],
    next: { ...next, action: item.action, href },
  }
}

export const clientSignInsCheck = ({ db, platform }: ClientSignInParts): SecurityCheck => ({
  async readItems(accountId) {
    if (!platform.reportsSignIns) return []
    const states = statesOf((await readSignIns(db, accountId)) ?? [])
    const failing = states.find(({ text }) => text === 'refused')
    if (failing?.at) return [refused(failing.at)]
    const text = states.length > 0 ? 'check.mail-programs.good' : 'check.mail-programs.none'
    return [{ ...item, state: 'good', lines: [{ text }] }]
  },
})
