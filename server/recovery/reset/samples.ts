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
