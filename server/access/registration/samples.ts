import { methodIds } from '#server/core/method-ids.ts'
import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import { type Sample, sampleAddress } from '#server/kit/pages/sample.ts'
import { describeForm, type OfferedNames } from './describe-form.ts'
import { describeWelcome } from './describe-welcome.ts'

const domain = 'postern.example'
const free = ['alesia.k', 'alesia-kavalchuk', 'a.kavalchuk']
const offered = methodIds.map((id) => ({
  id,
  href: `/account/recovery/${id}`,
  weak: id === 'security-question',
  state: 'none' as const,
}))

function refusedForm(
  state: string,
  login: string,
  offer: OfferedNames,
  errors: readonly FormError[],
): Sample {
  return {
    page: 'register',
    state,
    view: 'access/registration/register',
    locals: {
      ...describeForm([domain, `mail.${domain}`], domain, offer),
      values: { login, domain },
      errors,
    },
  }
}

export const samples: readonly Sample[] = [
  limitSample('registration', { typed: { login: 'alesia' }, waitSeconds: 1800 }),
  {
    page: 'register',
    state: 'empty',
    view: 'access/registration/register',
    locals: { ...describeForm([domain]) },
  },
  refusedForm('errors', 'alesia', { why: 'free', names: free }, [
    { field: 'login', reason: 'taken' },
    { field: 'password', reason: 'too-short' },
  ]),
  refusedForm('proposed', 'Алеся Кавальчук', { why: 'proposed', names: ['alesia.kavalcuk'] }, [
    { field: 'login', reason: 'characters' },
  ]),
  refusedForm(
    'proposed-taken',
    'Алеся Кавальчук',
    { why: 'proposedTaken', names: free, taken: 'alesia.kavalcuk' },
    [{ field: 'login', reason: 'characters' }],
  ),
  refusedForm('foreign-domain', 'alesia@example.com', { why: 'proposed', names: ['alesia'] }, [
    {
      field: 'login',
      reason: 'foreign-domain',
      params: { own: `@${domain}, @mail.${domain}` },
    },
  ]),
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
