import { daysBefore } from '#server/core/clock.ts'
import type { CheckItem, NextStep, SecurityCheck } from '#server/kit/pages/owner/security-check.ts'
import type { MailParts } from '../parts.ts'
import { type AppPassword, listAppPasswords } from './store.ts'

const unusedDays = 180
const href = '/account/app-passwords'

function nextOf(held: number, unused: number): NextStep | undefined {
  const text = 'account.held.title'
  if (held > 0)
    return { step: 'held', text, action: 'account.held.action', href, isOnOverview: true }
  if (unused === 0) return undefined
  return {
    step: 'unused',
    text: 'check.app-passwords.next',
    action: 'check.app-passwords.see',
    href,
  }
}

function itemOf(all: readonly AppPassword[], before: Date): CheckItem {
  const held = all.filter(({ heldAt }) => heldAt).length
  const isUnused = ({ lastUsed, createdAt }: AppPassword) => (lastUsed?.at ?? createdAt) < before
  const unused = all.filter(isUnused).length
  const next = nextOf(held, unused)
  return {
    rank: 50,
    icon: 'app-password',
    name: 'account.more.app-passwords',
    action: 'check.app-passwords.see',
    href,
    state: next ? 'wait' : 'good',
    lines: [
      { text: 'check.app-passwords.count', params: { count: all.length } },
      ...(unused > 0 ? [{ text: 'check.app-passwords.unused', params: { count: unused } }] : []),
    ],
    ...(next ? { next } : {}),
  }
}

export const appPasswordsCheck = ({ db, clock, platform }: MailParts): SecurityCheck => ({
  async readItems(accountId) {
    if (!platform.applyAppPasswords) return []
    return [itemOf(await listAppPasswords(db, accountId), daysBefore(clock, unusedDays))]
  },
})
