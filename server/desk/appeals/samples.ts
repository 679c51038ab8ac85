import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
// The page on which an owner appeals, and the one on which staff decide.

import { at, byWord, type MessageSamples, mailbox } from '#server/kit/messages/message-sample.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { colleague, days, measure } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'

const token = 'a-sample-opens-nothing-and-is-as-long-as-a-true-link'

const appealed = (state: string): Sample => ({
  page: 'appeal',
  state,
  view: 'desk/appeals/appeal',
  locals: { state, reference: 'A-44ZT-0Q1N' },
})

export const samples: readonly Sample[] = [
  limitSample('appeals', { typed: { appeal: 'I have sent no such emails.' } }),
  {
    page: 'appeal',
    state: 'open',
    view: 'desk/appeals/appeal',
    locals: {
      form: { action: `/appeal/${token}`, address: sampleAddress, until: sampleMoment(-450) },
    },
  },
  {
    page: 'appeal',
    state: 'errors',
    view: 'desk/appeals/appeal',
    locals: {
      form: { action: `/appeal/${token}`, address: sampleAddress, until: sampleMoment(-450) },
      errors: [{ field: 'appeal', reason: 'missing' }],
    },
  },
  ...['made', 'lifted', 'eased', 'kept', 'ended', 'too-late'].map(appealed),
  consolePage('staff-appeal', 'waiting', 'desk/appeals/appeal-desk', {
    ...appeal(),
    took: false,
    mayDecide: true,
    choices: { decisions: ['lifted', 'eased', 'kept'], measures: ['limit-sending'], days },
  }),
  consolePage('staff-appeal', 'replaced', 'desk/appeals/appeal-desk', {
    ...appeal(),
    took: false,
    mayDecide: true,
    state: { standing: 'suspend-all', until: sampleMoment(-720) },
    measure: { ...measure, state: 'ended' },
    choices: { decisions: ['kept'], measures: [], days },
    errors: [{ field: 'decision', reason: 'replaced' }],
  }),
  consolePage('staff-appeal', 'decided', 'desk/appeals/appeal-desk', {
    ...appeal({ decidedAt: sampleMoment(1), decision: 'kept' }),
    took: true,
    mayDecide: false,
    decidedBy: colleague,
  }),
]

function appeal(more: object = {}) {
  const text = 'I sent an invitation to my own choir.\nIt was no advertising.'
  return {
    appeal: {
      id: '1',
      reference: 'A-7K3M-9QXA',
      text,
      madeAt: sampleMoment(9),
      decidedAt: null,
      ...more,
    },
    measure,
    state: { standing: 'suspend-sending', until: measure.until },
    address: sampleAddress,
    by: colleague,
  }
}

export const messageSamples: MessageSamples = {
  'appeal-received': { received: { mailbox, reference: 'A-1234', at } },
  'appeal-decided': byWord(['lifted', 'kept', 'eased'], (decision) => ({
    mailbox,
    reference: 'A-1234',
    at,
    decision,
  })),
  'appeal-outcome': byWord(['lifted', 'kept', 'eased'], (decision) => ({
    reference: 'A-1234',
    appealId: '7',
    decision,
  })),
}
