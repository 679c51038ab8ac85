// The pages on which owners set up their recovery methods.
import type { DescribedMethod } from '#server/recovery/flow/recovery-method.ts'
import { methodCard } from '#server/recovery/methods/method-card.ts'
import { questionIds } from '#server/recovery/security-question/questions.ts'
import { type Sample, sampleMoment } from './sample.ts'

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
  question: 'grandmother-birthplace',
  since,
}
const example = '+375 29 491 19 11'
const tomorrow = sampleMoment(-60)
const probationError = [
  {
    field: 'recovery-methods',
    reason: 'probation',
    params: { until: '25 November 2026 at 00:03 GMT+3' },
    at: 'main',
  },
]

const sampleOf = (id: string, state: string, view: string, locals: object = {}): Sample => ({
  page: id,
  state,
  view,
  signedIn: true,
  locals: locals as Record<string, unknown>,
})
interface MethodLocals {
  readonly methods: readonly DescribedMethod[]
  readonly probation?: Date
  readonly flash?: string
  readonly warnings?: readonly string[]
}

function methods(state: string, { methods: described, ...locals }: MethodLocals): Sample {
  const cards = described.map((method) => methodCard(method, locals.probation !== undefined))
  const view = 'recovery/methods/recovery-methods'
  return sampleOf('recovery-methods', state, view, { warnings: [], ...locals, cards })
}
const refused = (field: string, reason: string) => ({ errors: [{ field, reason }] })
const ask = (state: string, locals: object) =>
  sampleOf('security-question', state, 'recovery/security-question/security-question', {
    questions: questionIds,
    ...locals,
  })

const contact = (
  id: 'phone' | 'backup-address',
  field: string,
  typed: string,
  sentTo: string,
): Sample[] => [
  sampleOf(id, 'empty', `recovery/${id}/${id}`, { linked: false, example }),
  sampleOf(id, 'linked', `recovery/${id}/${id}`, { linked: true, example }),
  sampleOf(id, 'errors', `recovery/${id}/${id}`, {
    example,
    values: { [field]: typed },
    ...refused(field, 'shape'),
  }),
  sampleOf(id, 'probation', `recovery/${id}/${id}`, {
    probation: tomorrow,
    errors: probationError,
  }),
  sampleOf(`${id}-confirm`, 'empty', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
  }),
  sampleOf(`${id}-confirm`, 'waiting', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
    againAt: sampleMoment(0),
  }),
  sampleOf(`${id}-confirm`, 'errors', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
    ...refused('code', 'wrong'),
  }),
  sampleOf(`${id}-confirm`, 'dead', `recovery/${id}/${id}-confirm`, refused('code', 'dead')),
  sampleOf(`${id}-confirm`, 'taken', `recovery/${id}/${id}-confirm`, {
    taken: true,
    ...refused(id, 'taken'),
  }),
]

export const recoveryMethodSamples: readonly Sample[] = [
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
      { ...setQuestion, doubtful: true },
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
  ...contact('phone', 'phone', '+375 29 12', '+375 29 123-45-67'),
  ...contact('backup-address', 'address', 'alesia@', 'alesia.kavalchuk-private@example.com'),
  ask('empty', { state: 'none' }),
  ask('linked', {
    state: 'set',
    values: { question: 'first-job' },
    ...refused('answer', 'too-easy'),
  }),
  ask('removed', {
    state: 'removed',
    errors: [{ field: 'security-question', reason: 'removed', at: 'main' }],
  }),
  ask('closed', { state: 'closed' }),
  ask('probation', { state: 'set', probation: tomorrow, errors: probationError }),
]
