import {
  alone,
  type MessageSamples,
  occasion,
  undo,
  weak,
} from '#server/kit/messages/message-sample.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import type { Sample } from '#server/kit/pages/sample.ts'

export const samples: readonly Sample[] = [
  limitSample('password-changes', { waitSeconds: 80_000 }),
  { page: 'password', state: 'empty', view: 'access/password/password', signedIn: true },
  ...['common', 'contains-login', 'too-long'].map(
    (reason): Sample => ({
      page: 'password',
      state: reason,
      view: 'access/password/password',
      signedIn: true,
      locals: { errors: [{ field: 'password', reason }] },
    }),
  ),
]

export const overviewSamples: OverviewSamples = { filled: { flash: 'password-changed' } }

export const messageSamples: MessageSamples = {
  'password-changed': { undo, alone, weak, plain: { ...occasion, undoToken: null } },
}
