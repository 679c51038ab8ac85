import type { ManagedMethod } from '../methods/managed-method.ts'
import {
  findSecurityQuestion,
  markSecurityQuestionDoubtful,
  removeSecurityQuestion,
} from './store.ts'

const id = 'security-question'
const own = { id, weak: true, href: '/account/recovery/security-question' } as const

/** @param mode `off`: the question opens no door, so it counts as no way back. */
export const managedSecurityQuestion = (mode: 'direct' | 'hold' | 'off'): ManagedMethod => ({
  id,
  async describe(db, accountId) {
    const found = await findSecurityQuestion(db, accountId)
    if (found?.state === 'removed') return { ...own, state: 'removed', since: found.removedAt }
    if (mode === 'off') return { ...own, state: 'closed' }
    if (!found) return { ...own, state: 'none' }
    const { question, setAt: since, provenAt, doubtful } = found
    const doubt = doubtful ? { doubtful } : {}
    return { ...own, state: 'set', question, since, ...(provenAt ? { provenAt } : {}), ...doubt }
  },
  findContact: async () => undefined,
  async sureSince(trx, accountId) {
    const found = await findSecurityQuestion(trx, accountId)
    return found?.state === 'set' && !found.doubtful ? found.setAt : undefined
  },
  doubt: markSecurityQuestionDoubtful,
  async remove(trx, accountId, at) {
    await removeSecurityQuestion(trx, accountId, at)
  },
  // Not removed: that would be for ever.
  async distrust(trx, accountId, at) {
    await markSecurityQuestionDoubtful(trx, accountId, at)
    return false
  },
  restore: async () => 'taken',
})
