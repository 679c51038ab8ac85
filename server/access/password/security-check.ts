import { findAccount } from '#server/accounts/accounts/store.ts'
import type { SecurityCheck } from '#server/kit/pages/owner/security-check.ts'
import type { AccessParts } from '../parts.ts'

/** A password that nobody else knows needs no change, however old it is. */
export const passwordCheck = ({ db }: AccessParts): SecurityCheck => ({
  async readItems(accountId) {
    const account = await findAccount(db, accountId)
    if (!account) return []
    return [
      {
        rank: 10,
        icon: 'password',
        name: 'check.password.name',
        action: 'password.title',
        href: '/account/password',
        state: 'good',
        lines: [{ text: 'check.password.since', at: account.passwordChangedAt }],
      },
    ]
  },
})
