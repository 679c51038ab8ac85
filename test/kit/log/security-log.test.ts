import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { createLog } from '#server/kit/log/log.ts'
import { withSecurity } from '#server/kit/log/security-log.ts'
import { enrolStaff } from '#test/support/desk/staff.ts'
import { awaitSent } from '#test/support/messages/outbox.ts'
import { hanna, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

type Line = Record<string, unknown>

const portal = usePortal()

const digestOf = (purpose: string, value: string) =>
  portal.keyring.digest(purpose, value).toString('base64url').slice(0, 16)
const account = (login: string) => digestOf('log.account', `${login}@postern.example`)

/** The security lines that were written during `work`. */
async function linesOf(work: () => Promise<unknown>): Promise<Line[]> {
  const before = portal.logged.length
  await work()
  return portal.logged
    .slice(before)
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'security')
}

const summaryOf = (lines: Line[]) =>
  lines.map(({ event, what, account: who, route }) => ({ event, what, who, route }))

test('a failed sign-in is logged alike for known and unknown names', async () => {
  await register(portal, hanna)
  for (const login of [
    hanna.login,
    `${hanna.login.toUpperCase()}@postern.example`,
    'nobody.here',
  ]) {
    const [line, ...more] = await linesOf(() =>
      portal.visitor().post('/sign-in', { login, password: 'a wrong one' }),
    )
    const known = login === 'nobody.here' ? login : hanna.login
    assert.deepEqual(more, [])
    assert.equal(typeof line?.request, 'string')
    assert.deepEqual(
      { ...line, time: '', request: '' },
      {
        level: 'info',
        time: '',
        event: 'sign-in.failed',
        account: account(known),
        network: digestOf('log.network', '127.0.0.1'),
        request: '',
        route: '/sign-in',
        msg: 'security',
      },
    )
  }
})

test('a sign-in that has to wait is logged with its account', async () => {
  await register(portal, { login: 'waits.long', password: hanna.password })
  const fail = () =>
    portal.visitor().post('/sign-in', { login: 'waits.long', password: 'a wrong one' })
  for (let n = 0; n < 6; n += 1) await fail()
  const lines = await linesOf(fail)
  assert.deepEqual(summaryOf(lines), [
    { event: 'limit.reached', what: undefined, who: account('waits.long'), route: '/sign-in' },
  ])
})

test('a wrong password of a signed-in owner and a wrong code of a contact are logged', async () => {
  const visitor = await register(portal, { login: 'signed.in', password: hanna.password })
  const wrong = await linesOf(() =>
    visitor.post('/account/confirm-password', { password: 'a wrong one' }),
  )
  const who = account('signed.in')
  assert.deepEqual(summaryOf(wrong), [
    { event: 'password.wrong', what: undefined, who, route: '/account/confirm-password' },
  ])
  await visitor.post('/account/recovery/backup-address', { address: 'signed.in@elsewhere.example' })
  const page = '/account/recovery/backup-address/confirm'
  const [mail] = await awaitSent(portal, 'signed.in@elsewhere.example', 1)
  const right = /^\d{6}$/m.exec(mail?.text ?? '')?.[0]
  const lines = await linesOf(() =>
    visitor.post(page, { code: right === '000000' ? '000001' : '000000' }),
  )
  assert.deepEqual(summaryOf(lines), [
    { event: 'code.wrong', what: 'backup-address', who, route: page },
  ])
})

test('a wrong answer and a wrong code of a recovery are logged', async () => {
  const visitor = portal.visitor()
  await visitor.post('/recover', { login: 'signed.in' })
  const answered = await linesOf(() =>
    visitor.post('/recover/security-question', { answer: 'storks' }),
  )
  assert.deepEqual(
    answered.map(({ event, what, account: who }) => [event, what, who]),
    [['answer.wrong', 'security-question', account('signed.in')]],
  )
  await visitor.post('/recover/sms', { phone: '+375 29 123-45-67' })
  const typed = await linesOf(() => visitor.post('/recover/sms/code', { code: '12345678' }))
  assert.deepEqual(
    typed.map(({ event, what }) => [event, what]),
    [['code.wrong', 'phone']],
  )
})

test('reset mails above their limit are logged', async () => {
  const visitor = await register(portal, { login: 'often.asked', password: hanna.password })
  await visitor.post('/account/recovery/backup-address', { address: 'often@elsewhere.example' })
  const [mail] = await awaitSent(portal, 'often@elsewhere.example', 1)
  await visitor.post('/account/recovery/backup-address/confirm', {
    code: /^\d{6}$/m.exec(mail?.text ?? '')?.[0] ?? '',
  })
  const lines = await linesOf(async () => {
    const before = portal.logged.length
    for (let n = 0; n < 6; n += 1) {
      const other = portal.visitor()
      await other.post('/recover', { login: 'often.asked' })
      await other.post('/recover/backup-address', { address: 'often@elsewhere.example' })
    }
    await eventually(async () =>
      portal.logged.slice(before).some((line) => line.includes('reset-mails')),
    )
  })
  const limited = lines.filter(({ what }) => what === 'reset-mails')
  assert.deepEqual(
    limited.map(({ event, account: who }) => [event, who]),
    [['limit.reached', account('often.asked')]],
  )
})

test('a refused right is logged with its reason', async () => {
  const visitor = await register(portal, { login: 'curious.one', password: hanna.password })
  const who = account('curious.one')
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const crossed = await linesOf(() =>
    visitor.send('/sign-out', '', { ...form, 'sec-fetch-site': 'cross-site' }),
  )
  assert.deepEqual(summaryOf(crossed), [
    { event: 'right.refused', what: 'cross-site', who, route: 'none' },
  ])
  const bare = await linesOf(() => visitor.send('/sign-out', '_csrf=x', form))
  assert.deepEqual(summaryOf(bare), [
    { event: 'right.refused', what: 'form token', who, route: 'none' },
  ])
  const staff = await linesOf(() => visitor.get('/staff/cases'))
  assert.deepEqual(summaryOf(staff), [
    { event: 'right.refused', what: 'not of the staff', who, route: '/staff/cases' },
  ])
  const support = await enrolStaff(portal, 'sam.support', 'support')
  const missing = await linesOf(() => support.visitor.get('/staff/cases'))
  const what = 'without the right cases.see'
  assert.deepEqual(summaryOf(missing), [
    { event: 'right.refused', what, who: account('sam.support'), route: '/staff/cases' },
  ])
})

test('acts of the staff and their wrong codes are logged, views are not', async () => {
  const ada = await enrolStaff(portal, 'ada.acts', 'analyst')
  const who = account('ada.acts')
  const acted = await linesOf(() =>
    ada.visitor.post('/staff/me/shortcuts', { shortcuts: 'off' }, { from: '/staff/me' }),
  )
  assert.deepEqual(summaryOf(acted), [
    { event: 'staff.acted', what: undefined, who, route: '/staff/me/shortcuts' },
  ])
  assert.equal(acted[0]?.status, 303)
  assert.deepEqual(await linesOf(() => ada.visitor.get('/staff/me')), [], 'looking is no act')
  const wrong = await linesOf(() => ada.visitor.post('/staff/door', { code: '000000' }))
  assert.deepEqual(
    wrong.map(({ event, what }) => [event, what]),
    [
      ['code.wrong', 'staff-door'],
      ['staff.acted', undefined],
    ],
  )
})

test('the log names accounts and networks by digests that only SECRET_KEYS can make', () => {
  const written: string[] = []
  const digests = [
    'test-key-0123456789abcdefghijklmnopqrstuv',
    'another-0123456789abcdefghijklmnopqrstuv',
  ].map((key) => {
    const log = withSecurity(
      createLog('info', { write: (line) => void written.push(line) }),
      createKeyring([key]),
    )
    log.security({
      event: 'limit.reached',
      account: 'anna@postern.example',
      network: '192.0.2.1',
      what: 'sms-total',
    })
    const { account: ofAccount, network } = JSON.parse(written.at(-1) ?? '')
    assert.notEqual(ofAccount, network)
    return ofAccount
  })
  assert.notEqual(digests[0], digests[1])
  assert.doesNotMatch(written.join(), /anna|192\.0/)
})
