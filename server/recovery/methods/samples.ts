import {
  at,
  byMethod,
  byWord,
  type MessageSamples,
  mailbox,
  occasion,
  typedToken,
  undo,
  weak,
} from '#server/kit/messages/message-sample.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import type { OverviewSamples } from '#server/kit/pages/overview.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { ownerSample, tomorrow } from '../contacts/contact-samples.ts'
import type { DescribedMethod } from '../flow/recovery-method.ts'
import { methodCard } from './method-card.ts'
import { methodsSection, warningsSection } from './overview.ts'

const methodsPage = '/account/recovery'
const phone = { id: 'phone', weak: false, href: `${methodsPage}/phone` } as const
const address = {
  id: 'backup-address',
  weak: false,
  href: `${methodsPage}/backup-address`,
} as const
const question = {
  id: 'security-question',
  weak: true,
  href: `${methodsPage}/security-question`,
} as const
const since = sampleMoment(5000)
const setPhone: DescribedMethod = {
  ...phone,
  state: 'set',
  masked: '+375 •• •••-••-47',
  since,
  provenAt: sampleMoment(50),
}
const setQuestion: DescribedMethod = {
  ...question,
  state: 'set',
  detail: { text: 'security-question.questions.grandmother-birthplace' },
  since,
}

interface MethodLocals {
  readonly methods: readonly DescribedMethod[]
  readonly probation?: Date
  readonly flash?: string
  readonly warnings?: readonly string[]
}

function methods(state: string, { methods: described, ...locals }: MethodLocals): Sample {
  const cards = described.map((method) => methodCard(method, locals.probation !== undefined))
  const view = 'recovery/methods/recovery-methods'
  return ownerSample('recovery-methods', state, view, { warnings: [], ...locals, cards })
}

export const samples: readonly Sample[] = [
  limitSample('method-changes', { waitSeconds: 80_000 }),
  methods('none', {
    methods: [phone, address, question].map((method) => ({ ...method, state: 'none' })),
    warnings: ['no-methods'],
  }),
  methods('filled', {
    flash: 'phone-linked',
    methods: [
      setPhone,
      { ...address, state: 'pending', masked: 'a•••••@example.com' },
      setQuestion,
    ],
  }),
  methods('only-question', {
    methods: [{ ...phone, state: 'none' }, { ...address, state: 'none' }, setQuestion],
    warnings: ['only-question'],
  }),
  methods('doubtful', {
    warnings: ['doubtful'],
    methods: [
      { ...setPhone, doubtful: true },
      { ...address, state: 'set', masked: 'a•••••@example.com', since, provenAt: since },
      { ...setQuestion, doubtful: true, shut: true },
    ],
  }),
  methods('removed', {
    flash: 'security-question-removed',
    methods: [
      setPhone,
      { ...address, state: 'set', masked: 'a•••••@xn--80ak6aa92e.example', since, provenAt: since },
      { ...question, state: 'removed', since },
    ],
  }),
  methods('probation', {
    probation: tomorrow,
    methods: [setPhone, { ...address, state: 'none' }, { ...question, state: 'closed' }],
  }),
]

export const messageSamples: MessageSamples = {
  'recovery-method-added': {
    ...byMethod(undo),
    weak: { ...weak, method: 'phone' },
    plain: { ...occasion, method: 'phone', undoToken: null },
  },
  'recovery-method-changed': {
    ...byMethod(undo),
    weak: { ...weak, method: 'phone' },
    typed: { ...undo, undoToken: typedToken, method: 'phone' },
  },
  'recovery-method-removed': { ...byMethod(undo), weak: { ...weak, method: 'phone' } },
  'contact-doubted': byWord(['backup-address', 'phone'], (method) => ({ mailbox, at, method })),
}

const noMethods = methodsSection(
  [phone, address, question].map(({ id }) => ({ id, state: 'none' })),
  'bad',
)

export const overviewSamples: OverviewSamples = {
  otherwise: { sections: [noMethods] },
  new: { sections: [warningsSection(['no-methods']), noMethods] },
  filled: {
    sections: [
      methodsSection(
        [
          { id: 'phone', state: 'set', since: sampleMoment(500), masked: '+375 •• •••-••-47' },
          { id: 'backup-address', state: 'pending', masked: 'a••••k@gm•••.com' },
          { id: 'security-question', state: 'removed' },
        ],
        'wait',
      ),
    ],
  },
  delayed: { sections: [warningsSection(['only-question']), noMethods] },
}
