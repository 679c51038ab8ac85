import type { Sample } from '#server/kit/pages/sample.ts'
import { ownerSample, probationError, refused, tomorrow } from '../contacts/contact-samples.ts'
import { refused as refusedStep, stepSample } from '../flow/sample-page.ts'
import { questionIds } from './questions.ts'

const ask = (state: string, locals: object) =>
  ownerSample('security-question', state, 'recovery/security-question/security-question', {
    questions: questionIds,
    ...locals,
  })

export const samples: readonly Sample[] = [
  ask('empty', {}),
  ask('linked', {
    isSet: true,
    values: { question: 'first-job' },
    ...refused('answer', 'too-easy'),
  }),
  ask('removed', {
    gone: 'security-question.removed',
    errors: [{ field: 'security-question', reason: 'removed', at: 'main' }],
  }),
  ask('closed', { gone: 'security-question.closed' }),
  ask('probation', { isSet: true, probation: tomorrow, errors: probationError }),
  stepSample('recover-question', 'empty', 'security-question/recover-question', {
    question: 'first-teacher',
    what: 'recover-question.what',
  }),
  stepSample('recover-question', 'held', 'security-question/recover-question', {
    question: 'first-teacher',
    what: 'recover-question.whatHeld',
  }),
  stepSample('recover-question', 'errors', 'security-question/recover-question', {
    question: 'grandmother-birthplace',
    what: 'recover-question.what',
    ...refusedStep('answer', 'wrong'),
  }),
]
