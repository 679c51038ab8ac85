import {
  alone,
  at,
  later,
  type MessageSamples,
  mailbox,
  occasion,
  undo,
  weak,
} from '#server/kit/messages/message-sample.ts'
import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { closeLink } from './overview.ts'

const until = sampleMoment(-720)

const close = (state: string, locals: object = {}): Sample => ({
  page: 'close',
  state,
  view: 'access/closing/close',
  signedIn: true,
  locals: { until, hasContacts: true, values: { contacts: 'after', confirm: '' }, ...locals },
})

const closed = (state: string, shown: Date | undefined): Sample => ({
  page: 'closed',
  state,
  view: 'access/closing/closed',
  locals: { address: sampleAddress, until: shown },
})

export const samples: readonly Sample[] = [
  close('empty'),
  close('without-contacts', { hasContacts: false, offersExport: true }),
  close('errors', { errors: [{ field: 'confirm', reason: 'missing' }] }),
  close('restricted', { hindrance: 'restricted' }),
  close('probation', { hindrance: 'probation', probationUntil: sampleMoment(-60) }),
  closed('closing', until),
  closed('closed', undefined),
]

export const overviewSamples: OverviewSamples = {
  filled: { flash: 'kept' },
  otherwise: { links: [closeLink] },
}

const closing = { closesAt: later }

export const messageSamples: MessageSamples = {
  'account-closing': {
    undo: { ...undo, ...closing },
    alone: { ...alone, ...closing },
    weak: { ...weak, ...closing },
    plain: { ...occasion, ...closing, undoToken: null },
  },
  'account-closing-soon': { plain: { mailbox, at, closesAt: later } },
  'account-kept': { undo, alone, weak, plain: { ...occasion, undoToken: null } },
}
