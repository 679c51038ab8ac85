import { byMethod, type MessageSamples, undo, weak } from '#server/kit/messages/message-sample.ts'
import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { sampleMoment } from '#server/kit/pages/sample.ts'
import { waitingPasswordSection } from './overview.ts'

export const overviewSamples: OverviewSamples = {
  waiting: {
    sections: [
      waitingPasswordSection({
        dueAt: sampleMoment(-50),
        device: 'Firefox, Windows',
        place: 'Minsk, BY',
      }),
    ],
  },
}

const takesEffectAt = sampleMoment(-72).toISOString()

export const messageSamples: MessageSamples = {
  'password-reset': {
    ...byMethod(undo),
    undo: { ...undo, method: 'undo' },
    weak: { ...weak, method: 'phone' },
  },
  'password-reset-held': { undo: { ...undo, takesEffectAt }, weak: { ...weak, takesEffectAt } },
  'password-reset-stopped': {
    undo: { ...undo, by: 'owner' },
    weak: { ...weak, by: 'owner' },
    service: { ...weak, device: '', place: '', by: 'service' },
  },
}
