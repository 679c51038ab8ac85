import { limitSample } from '#server/kit/pages/errors/limit-sample.ts'
// The staff door, and the pages of staff about themselves and about accounts.

import { type Sample, sampleAddress, sampleQrCode } from '#server/kit/pages/sample.ts'
import { account, latest, mailbox } from '../sample-facts.ts'
import { consolePage } from './sample-page.ts'

const codes = [
  '2b4d-6fg8-jk9m-npqr',
  'stvw-xyz2-3456-789a',
  'bcde-fghj-kmnp-qrst',
  'vwxy-z234-5678-9abc',
]

export const samples: readonly Sample[] = [
  limitSample('staff-door', { waitSeconds: 600 }),
  {
    page: 'staff-enrol',
    state: 'empty',
    view: 'desk/staff/enrol',
    signedIn: true,
    locals: { picture: sampleQrCode, secret: 'JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP' },
  },
  {
    page: 'staff-door',
    state: 'empty',
    view: 'desk/staff/door',
    signedIn: true,
    locals: { next: '/staff' },
  },
  {
    page: 'staff-door',
    state: 'errors',
    view: 'desk/staff/door',
    signedIn: true,
    locals: { next: '/staff', errors: [{ field: 'code', reason: 'factor-used' }] },
  },
  consolePage('staff-codes', 'new', 'desk/staff/codes', { codes }),
  consolePage('staff-me', 'few-codes', 'desk/staff/me', {
    roles: ['senior', 'operator'],
    codesLeft: 2,
    warnsOfCodes: true,
    flash: 'shortcuts-on',
  }),
  consolePage('staff-me', 'shortcuts-off', 'desk/staff/me', {
    roles: ['reader'],
    codesLeft: 10,
    warnsOfCodes: false,
    shortcuts: false,
  }),
  consolePage('staff-accounts', 'errors', 'desk/staff/accounts', {
    errors: [{ field: 'login', reason: 'unknown' }],
    values: { login: 'nobody' },
  }),
  consolePage('staff-account', 'filled', 'desk/staff/account', {
    titleParams: { address: sampleAddress },
    subject: account,
    state: 'open',
    mailbox,
    sessions: 2,
    latest,
    mayEnd: true,
    flash: 'sessions-ended',
  }),
]
