import { type MessageSamples, weak, undo as withUndo } from '#server/kit/messages/message-sample.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'

const undo = (
  state: string,
  change: string,
  power = 'restore',
  since: Date | null = null,
): Sample => ({
  page: 'undo',
  state,
  view: 'recovery/undo/undo',
  locals: {
    mailbox: sampleAddress,
    change: `undo.changes.${change}`,
    at: sampleMoment(5),
    since,
    stopsHeldPassword: change === 'password.reset-held',
    givesPassword: power !== 'end-sessions',
    restores: power === 'restore',
  },
})

const code = (state: string, locals: Record<string, unknown> = {}): Sample => ({
  page: 'undo-code',
  state,
  view: 'recovery/undo/code',
  locals,
})

export const samples: readonly Sample[] = [
  code('empty'),
  code('errors', {
    values: { code: 'abcd-2345-efgh-678' },
    errors: [{ field: 'code', reason: 'shape', text: 'undo-code.errors.shape' }],
  }),
  undo('password', 'password.changed'),
  undo('phone', 'phone.removed'),
  undo('app-password', 'app-password.created', 'new-password'),
  undo('new-device', 'sign-in.new-device', 'end-sessions'),
  undo('waiting', 'password.reset-held', 'end-sessions'),
  undo('undo', 'undo.used'),
  undo('reaching-back', 'password.reset', 'restore', sampleMoment(60)),
  undo('stopped', 'password.reset-stopped'),
]

export const messageSamples: MessageSamples = {
  'undo-used': { undo: withUndo, weak },
}
