import type { StaffRoute } from '#test/support/desk/staff-routes.ts'

const post = true
const write = 'cases.work'
const keep = 'templates.write'
const gone = '0'.repeat(64)
const languages = { be: 'a', ru: 'b', en: 'c', de: 'd' }

export const routes: readonly StaffRoute[] = [
  { path: '/staff/templates', right: keep },
  { path: '/staff/templates/new', right: keep, answers: [404] },
  { path: `/staff/templates/${gone}`, right: keep, answers: [404] },
  { path: '/staff/cases/:case/reports/:report/write', right: write },
  { path: '/staff/measures/:measure/write', right: write },
  {
    path: '/staff/cases/:case/reports/:report/write',
    right: write,
    post,
    fields: { words: 'Thank you.' },
  },
  { path: '/staff/measures/:measure/write', right: write, post, fields: { words: 'Thank you.' } },
  { path: '/staff/templates/new', right: keep, post, fields: languages, answers: [404] },
  { path: `/staff/templates/${gone}`, right: keep, post, fields: languages, answers: [404] },
  { path: `/staff/templates/${gone}/retire`, right: keep, post },
]
