import type { Sample } from '#server/kit/pages/sample.ts'
import { sampleAddress, sampleMoment } from '#server/kit/pages/sample.ts'
import { ownerSample, probationError, tomorrow } from '../contacts/contact-samples.ts'
import { refused, stepSample } from '../flow/sample-page.ts'

const codes = ['2345', '6789', 'abcd', 'efgh', 'jkmn'].map((first) =>
  [first, 'pqrs', 'tvwx', 'yz23', '4567', '89ab'].join('-'),
)

const owner = (state: string, locals: object) =>
  ownerSample('recovery-codes', state, 'recovery/recovery-codes/recovery-codes', {
    service: 'Postern',
    portal: 'portal.postern.example',
    address: sampleAddress,
    made: sampleMoment(0),
    codes: [],
    left: 0,
    ...locals,
  })

const ask = (state: string, locals: object = {}) =>
  stepSample('recover-codes', state, 'recovery-codes/recover-codes', locals)

const refusedCode = (reason: string, text: string) => ({
  ...refused('code', reason, '2345-6789-abcd'),
  errors: [{ field: 'code', reason, text: `recovery-codes.errors.${text}` }],
})

export const samples: readonly Sample[] = [
  owner('none', {}),
  owner('few', { left: 2 }),
  owner('doubtful', { left: 5, doubtful: true }),
  owner('shown', { codes }),
  owner('replaces', { codes, left: 3 }),
  owner('errors', { codes, ...refusedCode('wrong', 'other-sheet') }),
  owner('dead', {
    errors: [{ field: 'code', reason: 'dead', text: 'recovery-codes.errors.dead', at: 'main' }],
  }),
  owner('probation', { left: 5, probation: tomorrow, errors: probationError }),
  ask('empty'),
  ask('errors', refusedCode('wrong', 'wrong')),
]
