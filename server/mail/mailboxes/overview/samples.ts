import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { mailboxSections } from './show-mailbox.ts'

const ready = {
  address: sampleAddress,
  state: 'ready',
  passwordPending: false,
  passwordWasChanged: true,
  passwordLiveSince: sampleMoment(0),
  quotaBytes: 2 ** 30,
} as const

export const overviewSamples: OverviewSamples = {
  otherwise: { sections: mailboxSections(ready, {}) },
  new: {
    sections: mailboxSections(
      {
        ...ready,
        state: 'being-set-up',
        passwordPending: true,
        passwordWasChanged: false,
        passwordLiveSince: null,
      },
      {},
    ),
  },
  filled: {
    sections: mailboxSections({ ...ready, usedBytes: 123_456_789 }, { growsTo: 10 * 2 ** 30 }),
  },
  'space-asked': {
    flash: 'space-grown',
    sections: mailboxSections({ ...ready, usedBytes: 700_000_000 }, { more: 2 ** 31 }),
  },
  'nearly-full': {
    sections: mailboxSections({ ...ready, usedBytes: 1_000_000_000 }, { more: 2 ** 31 }),
  },
  full: {
    sections: mailboxSections({ ...ready, usedBytes: 2 ** 30 }, {}),
  },
  delayed: {
    sections: mailboxSections({ ...ready, state: 'delayed', passwordPending: true }, {}),
  },
  'needs-operator': {
    sections: mailboxSections({ ...ready, state: 'needs-operator', passwordPending: true }, {}),
  },
}
