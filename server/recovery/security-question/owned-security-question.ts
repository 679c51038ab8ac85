import type { OwnedMethod } from '#server/recovery/flow/recovery-method.ts'
import {
  findSecurityQuestion,
  markSecurityQuestionDoubtful,
  removeSecurityQuestion,
} from './store.ts'

const id = 'security-question'
const own = { id, weak: true, href: '/account/recovery/security-question' } as const

export const ownedSecurityQuestion = (mode: 'direct' | 'hold' | 'off'): OwnedMethod => ({
  id,
  flashes: ['security-question-set', 'security-question-removed'],
  async describe(db, accountId) {
    const found = await findSecurityQuestion(db, accountId)
    if (found?.state === 'removed') return { ...own, state: 'removed', since: found.removedAt }
    if (mode === 'off') return { ...own, state: 'closed' }
    if (!found) return { ...own, state: 'none' }
    const { question, setAt: since, provenAt, doubtful } = found
    const proven = provenAt ? { provenAt } : {}
    const doubt = doubtful ? { doubtful, shut: true as const } : {}
    const detail = { text: `security-question.questions.${question}` }
    return { ...own, state: 'set', detail, since, ...proven, ...doubt }
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
  // Not removed: after a removal its owner could never set a question again.
  async distrust(trx, accountId, at) {
    await markSecurityQuestionDoubtful(trx, accountId, at)
    return false
  },
  restore: async () => 'taken',
})
