// The pages before sign-in: home, registration, sign-in.
import { describeForm } from '#server/access/registration/describe-form.ts'
import { type Sample, sampleAddress } from './sample.ts'

const domain = 'postern.example'
const suggestions = ['alesia.k', 'alesia-kavalchuk', 'a.kavalchuk']
const mailbox = (state: string) => ({ address: sampleAddress, state })
const methods = [
  { id: 'phone', href: '/account/recovery/phone' },
  { id: 'backup-address', href: '/account/recovery/backup-address' },
  { id: 'security-question', href: '/account/recovery/security-question', weak: true },
]

export const entranceSamples: readonly Sample[] = [
  { page: 'home', state: 'stranger', view: 'site/home/home' },
  { page: 'home', state: 'signed-in', view: 'site/home/home', signedIn: true },
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
  { page: 'sign-in', state: 'empty', view: 'access/sign-in/sign-in' },
  ...['first', 'ended'].map(
    (notice): Sample => ({
      page: 'sign-in',
      state: notice,
      view: 'access/sign-in/sign-in',
      locals: { next: '/account', notice },
    }),
  ),
  {
    page: 'sign-in',
    state: 'errors',
    view: 'access/sign-in/sign-in',
    locals: {
      values: { login: 'alesia' },
      errors: [{ field: 'password', reason: 'wrong', params: { form: 'both' } }],
    },
  },
  {
    page: 'confirm-password',
    state: 'empty',
    view: 'access/sign-in/confirm-password',
    signedIn: true,
    locals: { next: '/account/password' },
  },
  {
    page: 'confirm-password',
    state: 'errors',
    view: 'access/sign-in/confirm-password',
    signedIn: true,
    locals: { errors: [{ field: 'password', reason: 'wrong', params: { form: 'password' } }] },
  },
]
