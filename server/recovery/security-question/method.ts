// Recovery by security question: a right answer leads to the form for a new password.

import type { Db, Trx } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { keyedAnswer, normalizeAnswer } from '#server/core/passwords/secret-answer.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import type { MethodFlow, RecoveryMethod } from '../flow/recovery-method.ts'
import type { FlowSettings } from '../flow/settings.ts'
import { decoyQuestion } from './decoy-question.ts'
import { ownedSecurityQuestion } from './owned-security-question.ts'
import type { SecurityQuestionSettings } from './settings.ts'
import { countAnswer, findSecurityQuestion, markQuestionProven, uncountAnswer } from './store.ts'

export interface SecurityQuestionMethodParts {
  readonly db: Db
  readonly keyring: Keyring
  readonly settings: Pick<
    SecurityQuestionSettings & FlowSettings,
    'limitAnswersPerDay' | 'limitAnswersLifetime' | 'securityQuestion'
  >
}

const limitName = 'recovery-answers'

const helpOf = (mode: SecurityQuestionSettings['securityQuestion']) =>
  mode === 'off'
    ? undefined
    : { title: 'help-recovery.question.title', text: `help-recovery.question.${mode}` }

export function securityQuestionMethod({
  keyring,
  settings,
}: SecurityQuestionMethodParts): RecoveryMethod {
  const perDay = { points: settings.limitAnswersPerDay, seconds: 86_400 }
  return {
    ...ownedSecurityQuestion(settings.securityQuestion),
    id: 'security-question',
    isOffered: settings.securityQuestion !== 'off',
    hold: settings.securityQuestion === 'hold' ? 'always' : 'sometimes',
    strength: 'weak',
    help: helpOf(settings.securityQuestion),
    pages: {
      rank: 4,
      proof: { page: 'recover-question', path: 'security-question', field: 'answer' },
    },
    async showProof(db, { shownAccountId, nameKey }: MethodFlow) {
      const found = await findSecurityQuestion(db, shownAccountId)
      const decoy = decoyQuestion(keyring, nameKey)
      return {
        question: found?.state === 'set' ? found.question : decoy,
        what:
          settings.securityQuestion === 'hold'
            ? 'recover-question.whatHeld'
            : 'recover-question.what',
      }
    },
    challenge: async () => ({ kind: 'refused', reason: 'missing' }),
    async prove(trx, flow, input) {
      const answer = normalizeAnswer(input)
      if (answer === '') return { kind: 'refused', reason: 'missing' }
      const today = await createLimits(trx).limit(limitName, perDay).count(flow.limitKey)
      if (today.kind === 'full') return { kind: 'wait', retryAfterSeconds: today.retryAfterSeconds }
      const counted = await countAnswer(trx, flow.accountId, settings.limitAnswersLifetime)
      const text = keyedAnswer(keyring, answer, counted?.answerKeyId)
      // Security: An answer that was not counted is not given back.
      const takeBack = async (later: Trx) => {
        await createLimits(later).limit(limitName, perDay).refund(flow.limitKey)
        if (counted) await uncountAnswer(later, flow.accountId)
      }
      // Security: Without a question or a try left, the same hash is done and is always wrong.
      if (text === null || !counted)
        return { kind: 'verify', verifier: null, text: answer, takeBack }
      return { kind: 'verify', verifier: counted.answerVerifier, text, takeBack }
    },
    async settle(trx, { accountId, begunAt, at }) {
      const found = await findSecurityQuestion(trx, accountId)
      // Security: A question set, replaced or removed since the flow began proves nothing.
      if (found?.state !== 'set' || found.doubtful || found.setAt > begunAt) return false
      await markQuestionProven(trx, accountId, at)
      return 'weak'
    },
    tasks: {},
  }
}
