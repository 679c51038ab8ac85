import type { CheckItem, SecurityCheck } from '#server/kit/pages/owner/security-check.ts'
import type { MailParts } from '../parts.ts'
import { findFilterWaiting } from './store.ts'

const href = '/account/filters'

const item = {
  rank: 60,
  icon: 'filters',
  name: 'filters.title',
  action: 'check.filters.see',
  href,
} as const

function waiting(about: 'held' | 'unheld'): CheckItem {
  const text = `account.filters.${about}.title`
  const action = `account.filters.${about}.action`
  const next = { step: 'held', text, action, href, isOnOverview: true } as const
  return { ...item, state: 'wait', lines: [{ text }], next }
}

export const filtersCheck = ({ db }: MailParts): SecurityCheck => ({
  async readItems(accountId) {
    const { held, unheldSince } = await findFilterWaiting(db, accountId)
    if (held > 0) return [waiting('held')]
    if (unheldSince) return [waiting('unheld')]
    return [{ ...item, state: 'good', lines: [{ text: 'check.filters.none' }] }]
  },
})
