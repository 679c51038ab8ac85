import {
  at,
  byWord,
  type MessageSamples,
  mailbox,
  sampleToken,
} from '#server/kit/messages/message-sample.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { colleague } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'

const question = 'Could you send us the source of the email? What you sent has no headers.'
const answer = 'Here is what my program shows as the source.'
const thread = [
  { words: question, whoKey: 'words.staff', at: sampleMoment(20) },
  { words: answer, whoKey: 'words.you', at: sampleMoment(2) },
]
const token = 'a-sample-opens-nothing-and-is-as-long-as-a-true-link'
const back = `/report/progress/${token}`
const outside = (state: string, locals: object): Sample => ({
  page: 'words',
  state,
  view: 'desk/words/words',
  locals: { back, ...locals },
})

const to = {
  audience: 'reporter',
  reference: 'R-7K3M-9QXA',
  here: '/staff/cases/3/reports/1/write',
  back: '/staff/cases/3?report=1',
  locale: 'be',
}
const write = (state: string, locals: object): Sample =>
  consolePage('staff-write', state, 'desk/words/write', {
    to,
    titleParams: { to: to.audience, reference: to.reference },
    thread: [],
    templates: [{ id: '1', name: 'Source wanted' }],
    mayAsk: true,
    waits: false,
    ...locals,
  })

const languages = ['be', 'ru', 'en', 'de']
const template = (state: string, locals: object): Sample =>
  consolePage('staff-template', state, 'desk/words/template', {
    action: '/staff/templates/1',
    retire: '/staff/templates/1/retire',
    audience: 'reporter',
    variables: '{reference} {received} {service}',
    languages,
    ...locals,
  })

export const samples: readonly Sample[] = [
  limitSample('words', { typed: { answer } }),
  outside('asked', { thread: thread.slice(0, 1), action: `/words/report/${token}` }),
  outside('errors', {
    thread: thread.slice(0, 1),
    action: `/words/report/${token}`,
    errors: [{ field: 'answer', reason: 'missing', text: 'errors.words.missing' }],
  }),
  outside('answered', { thread }),
  write('empty', {}),
  write('waits', {
    thread: [
      {
        id: '1',
        words: question,
        by: colleague,
        at: sampleMoment(20),
        asksUntil: sampleMoment(-90),
      },
    ],
    mayAsk: false,
    waits: true,
    flash: 'written',
  }),
  write('errors', {
    thread: [{ id: '2', words: answer, at: sampleMoment(2), asksUntil: null }],
    values: { words: 'The mailbox x@postern.example is closed.' },
    errors: [{ field: 'words', reason: 'names-mailbox' }],
  }),
  consolePage('staff-templates', 'filled', 'desk/words/templates', {
    groups: [
      { audience: 'reporter', templates: [{ id: '1', name: 'Source wanted' }] },
      { audience: 'owner', templates: [] },
    ],
    flash: 'saved',
  }),
  template('filled', {
    values: { name: 'Source wanted', be: 'Скарга {reference}', ru: 'Жалоба {reference}' },
  }),
  template('errors', {
    retire: undefined,
    errors: [
      { field: 'name', reason: 'taken', text: 'errors.template.taken' },
      {
        field: 'de',
        reason: 'unknown',
        text: 'errors.template.unknown',
        params: { name: 'mailbox' },
      },
    ],
  }),
]

export const messageSamples: MessageSamples = {
  'report-words': byWord(['yes', 'no'], (asks) => ({
    reference: 'R-4711',
    asks,
    progressToken: sampleToken,
  })),
  'owner-words': byWord(['yes', 'no'], (asks) => ({ mailbox, at, asks, appealToken: sampleToken })),
  'words-answered': { answered: { caseId: '3' } },
}
