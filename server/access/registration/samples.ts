import { methodIds } from '#server/core/method-ids.ts'
import { type Sample, sampleAddress } from '#server/kit/pages/sample.ts'
import { describeForm } from './describe-form.ts'
import { describeWelcome } from './describe-welcome.ts'

const domain = 'postern.example'
const suggestions = ['alesia.k', 'alesia-kavalchuk', 'a.kavalchuk']
const offered = methodIds.map((id) => ({
  id,
  href: `/account/recovery/${id}`,
  weak: id === 'security-question',
  state: 'none' as const,
}))

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
  ...(['being-set-up', 'ready', 'delayed', 'needs-operator'] as const).map(
    (state): Sample => ({
      page: 'welcome',
      state,
      view: 'access/registration/welcome',
      signedIn: true,
      locals: describeWelcome({ address: sampleAddress, state }, offered),
    }),
  ),
]
