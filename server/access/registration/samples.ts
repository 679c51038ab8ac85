import { type Sample, sampleAddress } from '#server/kit/pages/sample.ts'
import { describeForm } from './describe-form.ts'

const domain = 'postern.example'
const suggestions = ['alesia.k', 'alesia-kavalchuk', 'a.kavalchuk']
const mailbox = (state: string) => ({ address: sampleAddress, state })
const methods = [
  { id: 'phone', href: '/account/recovery/phone' },
  { id: 'backup-address', href: '/account/recovery/backup-address' },
  { id: 'security-question', href: '/account/recovery/security-question', weak: true },
]

export const samples: readonly Sample[] = [
  {
    page: 'register',
    state: 'empty',
    view: 'access/registration/register',
    locals: { ...describeForm([domain]) },
  },
  {
    page: 'register',
    state: 'errors',
    view: 'access/registration/register',
    locals: {
      ...describeForm([domain, 'mail.postern.example'], domain, suggestions),
      values: { login: 'alesia', domain },
      errors: [
        { field: 'login', reason: 'taken' },
        { field: 'password', reason: 'too-short' },
      ],
    },
  },
  ...['being-set-up', 'ready', 'delayed', 'needs-operator'].map(
    (state): Sample => ({
      page: 'welcome',
      state,
      view: 'access/registration/welcome',
      signedIn: true,
      locals: { mailbox: mailbox(state), methods },
    }),
  ),
]
