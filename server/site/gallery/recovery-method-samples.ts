// The pages on which owners set up their recovery methods.
import { questionIds } from '#server/recovery/security-question/questions.ts'
import { type Sample, sampleMoment } from './sample.ts'

const phone = { id: 'phone', weak: false, href: '/account/recovery/phone' }
const address = { id: 'backup-address', weak: false, href: '/account/recovery/backup-address' }
const question = {
  id: 'security-question',
  weak: true,
  href: '/account/recovery/security-question',
}
const since = sampleMoment(5000)
const setPhone = {
  ...phone,
  state: 'set',
  masked: '+375 •• •••-••-47',
  since,
  provenAt: sampleMoment(50),
}
const setQuestion = { ...question, state: 'set', question: 'grandmother-birthplace', since }
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

const page = (id: string, state: string, view: string, locals: object = {}): Sample => ({
  page: id,
  state,
  view,
  signedIn: true,
  locals: locals as Record<string, unknown>,
})
const methods = (state: string, locals: object) =>
  page('recovery-methods', state, 'recovery/methods/recovery-methods', { warnings: [], ...locals })
const refused = (field: string, reason: string) => ({ errors: [{ field, reason }] })
const ask = (state: string, locals: object) =>
  page('security-question', state, 'recovery/security-question/security-question', {
    questions: questionIds,
    ...locals,
  })

const contact = (
  id: 'phone' | 'backup-address',
  field: string,
  typed: string,
  sentTo: string,
): Sample[] => [
  page(id, 'empty', `recovery/${id}/${id}`, { linked: false, example }),
  page(id, 'linked', `recovery/${id}/${id}`, { linked: true, example }),
  page(id, 'errors', `recovery/${id}/${id}`, {
    example,
    values: { [field]: typed },
    ...refused(field, 'shape'),
  }),
  page(id, 'probation', `recovery/${id}/${id}`, { probation: tomorrow, errors: probationError }),
  page(`${id}-confirm`, 'empty', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
  }),
  page(`${id}-confirm`, 'waiting', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
    againAt: sampleMoment(0),
  }),
  page(`${id}-confirm`, 'errors', `recovery/${id}/${id}-confirm`, {
    contact: sentTo,
    sentAt: 1_795_000_000_000,
    ...refused('code', 'wrong'),
  }),
  page(`${id}-confirm`, 'dead', `recovery/${id}/${id}-confirm`, refused('code', 'dead')),
  page(`${id}-confirm`, 'taken', `recovery/${id}/${id}-confirm`, {
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
