// The staff door, and the console.
import { rightsOf } from '#server/desk/staff/rights.ts'
import { menuFor } from '#server/desk/staff/staff.ts'
import { type Sample, sampleQrCode } from './sample.ts'

const rights = rightsOf(['senior', 'operator'])
export const consoleFrame = { menu: menuFor(rights), shortcuts: true, rights }

const codes = [
  '2b4d-6fg8-jk9m-npqr',
  'stvw-xyz2-3456-789a',
  'bcde-fghj-kmnp-qrst',
  'vwxy-z234-5678-9abc',
]

export const consolePage = (
  page: string,
  state: string,
  view: string,
  locals: object = {},
): Sample => ({
  page,
  state,
  view,
  layout: 'layouts/staff',
  signedIn: true,
  locals: { ...consoleFrame, ...locals },
})

export const staffSamples: readonly Sample[] = [
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
  consolePage('staff-help', 'on', 'desk/staff/help'),
]
