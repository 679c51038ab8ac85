import { type MessageSamples, occasion, undo, weak } from '#server/kit/messages/message-sample.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import type { Sample } from '#server/kit/pages/sample.ts'

export const samples: readonly Sample[] = [
  limitSample('sign-in', { typed: { login: 'alesia', next: '/account/recovery' } }),
  { page: 'sign-in', state: 'empty', view: 'access/sign-in/sign-in', locals: { days: 30 } },
  ...['first', 'ended'].map(
    (notice): Sample => ({
      page: 'sign-in',
      state: notice,
      view: 'access/sign-in/sign-in',
      locals: { days: 30, next: '/account', notice },
    }),
  ),
  {
    page: 'sign-in',
    state: 'errors',
    view: 'access/sign-in/sign-in',
    locals: {
      days: 30,
      values: { login: 'alesia', mine: 'on' },
      errors: [{ field: 'password', reason: 'wrong', params: { form: 'both' } }],
    },
  },
  {
    page: 'confirm-password',
    state: 'empty',
    view: 'access/sign-in/confirm-password',
    signedIn: true,
    locals: { next: '/account/password' },
  },
  {
    page: 'confirm-password',
    state: 'errors',
    view: 'access/sign-in/confirm-password',
    signedIn: true,
    locals: { errors: [{ field: 'password', reason: 'wrong', params: { form: 'password' } }] },
  },
]

export const messageSamples: MessageSamples = {
  'new-device': {
    undo,
    weak,
    plain: { ...occasion, device: '', place: '203.0.…', undoToken: null },
  },
}
