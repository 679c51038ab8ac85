import assert from 'node:assert/strict'
import { test } from 'node:test'
import { msPerMinute } from '#server/core/durations.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { listStaff, rekeyFactors } from '#server/desk/staff/factor-store.ts'
import { staffRights } from '#server/desk/staff/rights.ts'
import { staffRoles } from '#server/desk/staff/store.ts'
import {
  authenticatorCode,
  enrolStaff,
  giveRole,
  readCodes,
  readSecret,
} from '#test/support/desk/staff.ts'
import { hanna, register, signIn } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false })

const nextStep = () => portal.clock.advance(31_000)

test('a new analyst connects an authenticator, keeps recovery codes and gets in', async () => {
  const visitor = await register(portal, {
    login: 'alena.a',
    password: 'forty reports before lunch',
  })
  await giveRole(portal, 'alena.a', 'analyst')
  assert.match((await visitor.get('/account')).html, /href="\/staff"/, 'their own page leads there')
  assert.equal((await visitor.get('/staff')).location, '/staff/door/enrol')
  const page = await visitor.get('/staff/door/enrol')
  assert.equal(page.page, 'staff-enrol')
  const secret = readSecret(page.html)
  assert.match(secret, /^[A-Z2-7]{32}$/)
  assert.equal(
    readSecret((await visitor.get('/staff/door/enrol')).html),
    secret,
    'looking again changes nothing',
  )
  const wrong = await visitor.post('/staff/door/enrol', { code: '000000' })
  assert.deepEqual([wrong.status, wrong.errors], [422, ['code.factor-wrong']])
  const right = await visitor.post('/staff/door/enrol', { code: authenticatorCode(portal, secret) })
  assert.deepEqual([right.status, right.location], [303, '/staff/door/codes'])
  assert.equal(
    (await visitor.get('/staff/me')).location,
    '/staff/door/codes',
    'first the codes are to be kept',
  )
  const codes = readCodes((await visitor.get('/staff/door/codes')).html)
  assert.equal(new Set(codes).size, 10)
  assert.equal((await visitor.post('/staff/door/codes')).status, 303)
  assert.equal(
    (await visitor.get('/staff/door/codes')).location,
    '/staff/me',
    'the codes are not shown again',
  )
  assert.equal((await visitor.get('/staff/me')).page, 'staff-me')
  assert.equal(
    (await visitor.get('/staff/door/enrol')).location,
    '/staff/door',
    'the secret is not shown again',
  )
  const { rows } = await portal.db.raw(
    `select row_to_json(f)::text as text from staff_factors f
     union all select row_to_json(c)::text from staff_recovery_codes c`,
  )
  const dump = JSON.stringify(rows)
  for (const kept of [secret, ...codes, ...codes.map((code) => code.replaceAll('-', ''))])
    assert.ok(!dump.includes(kept), 'neither secret nor codes stand in the database')
})

test('a secret that was not confirmed before a change of password is replaced', async () => {
  const visitor = await register(portal, { login: 'mila.m', password: 'forty reports at dawn' })
  const id = await giveRole(portal, 'mila.m', 'analyst')
  const secret = async () => readSecret((await visitor.get('/staff/door/enrol')).html)
  const first = await secret()
  const later = new Date(portal.clock.now().getTime() + 1000)
  await portal.db('accounts').where({ id }).update({ password_changed_at: later })
  portal.clock.advance(2000)
  const second = await secret()
  assert.match(second, /^[A-Z2-7]{32}$/)
  assert.notEqual(second, first)
  assert.equal(await secret(), second, 'made after the change, it stays')
})

test('people without a role find no staff pages', async () => {
  const visitor = await register(portal, hanna)
  assert.doesNotMatch((await visitor.get('/account')).html, /\/staff/)
  for (const path of ['/staff', '/staff/door', '/staff/door/enrol', '/staff/me'])
    assert.equal((await visitor.get(path)).status, 404, path)
  const token = await visitor.token('/account/password')
  const sent = new URLSearchParams({ _csrf: token, code: '000000' }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  for (const path of [
    '/staff/door',
    '/staff/door/enrol',
    '/staff/door/codes/renew',
    '/staff/me/shortcuts',
  ])
    assert.equal((await visitor.send(path, sent, headers)).status, 404, path)
  assert.equal((await portal.visitor().get('/staff/me')).location, '/sign-in?next=%2Fstaff%2Fme')
})

test('an authenticator code works once', async () => {
  const boris = await enrolStaff(portal, 'boris.b', 'analyst')
  nextStep()
  const code = authenticatorCode(portal, boris.secret)
  const visitors = []
  for (let turn = 0; turn < 4; turn += 1) visitors.push(await signIn(portal, boris))
  const answers = await Promise.all(
    visitors.map((visitor) => visitor.post('/staff/door', { code })),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 422, 422, 422])
  assert.ok(answers.some(({ errors }) => errors.includes('code.factor-used')))
})

test('tries at the staff door are counted before they are judged', async () => {
  const member = await enrolStaff(portal, 'carl.c', 'reader')
  nextStep()
  const visitor = await signIn(portal, member)
  for (let turn = 0; turn < 5; turn += 1)
    assert.equal((await visitor.post('/staff/door', { code: '123456' })).status, 422)
  const answer = await visitor.post('/staff/door', {
    code: authenticatorCode(portal, member.secret),
  })
  assert.equal(answer.status, 429, 'the right one comes too late')
  assert.ok(Number(answer.headers.get('retry-after')) > 60)
})

test('a recovery code works once', async () => {
  const member = await enrolStaff(portal, 'dora.d', 'senior')
  const [code = ''] = member.recoveryCodes
  const visitor = await signIn(portal, member)
  const shouted = code.toUpperCase().replaceAll('-', ' ')
  assert.equal(
    (await visitor.post('/staff/door', { code: shouted, next: '/staff/me' })).location,
    '/staff/me',
  )
  assert.match((await visitor.get('/staff/me')).html, /9 codes left/)
  const again = await (await signIn(portal, member)).post('/staff/door', { code })
  assert.deepEqual(again.errors, ['code.factor-wrong'])
  assert.match(
    (await visitor.get('/account/activity')).html,
    /A recovery code opened the staff pages/,
  )
})

test('new recovery codes replace the old ones and need a fresh password', async () => {
  const member = await enrolStaff(portal, 'ewa.e', 'support')
  const { visitor } = member
  await visitor.post('/staff/door/codes/renew', {}, { from: '/staff/me' })
  const codes = readCodes((await visitor.get('/staff/door/codes')).html)
  assert.equal(codes.length, 10)
  assert.ok(!codes.includes(member.recoveryCodes[0] ?? ''))
  await visitor.post('/staff/door/codes')
  const [old = ''] = member.recoveryCodes
  assert.equal(
    (await (await signIn(portal, member)).post('/staff/door', { code: old })).status,
    422,
  )
  portal.clock.advance(11 * msPerMinute)
  const late = await visitor.post('/staff/door/codes/renew', {}, { from: '/staff/me' })
  assert.match(late.location ?? '', /^\/account\/confirm-password/)
})

test('a staff page asks for the second factor again after 15 idle minutes', async () => {
  const member = await enrolStaff(portal, 'fred.f', 'operator')
  for (let turn = 0; turn < 4; turn += 1) {
    portal.clock.advance(10 * msPerMinute)
    assert.equal(
      (await member.visitor.get('/staff/me')).status,
      200,
      'a member at work stays inside',
    )
  }
  portal.clock.advance(15 * msPerMinute + 1000)
  const answer = await member.visitor.get('/staff/me?lang=en')
  assert.equal(answer.location, '/staff/door?next=%2Fstaff%2Fme%3Flang%3Den')
  assert.equal((await member.visitor.get('/account')).status, 200, 'their mailbox stays open')
  const back = await member.visitor.post('/staff/door', {
    code: authenticatorCode(portal, member.secret),
    next: '/staff/me?lang=en',
  })
  assert.equal(back.location, '/staff/me?lang=en')
  const away = await (await signIn(portal, member)).post('/staff/door', {
    code: authenticatorCode(portal, member.secret, 30),
    next: '//elsewhere.example/staff',
  })
  assert.equal(away.location, '/staff', 'the door leads to staff pages only')
})

test('a revoked role, a removed authenticator and a block take effect at once', async () => {
  const member = await enrolStaff(portal, 'gleb.g', 'analyst')
  await portal.db('staff_roles').where({ account_id: member.id }).delete()
  assert.equal((await member.visitor.get('/staff/me')).status, 404)
  await giveRole(portal, 'gleb.g', 'reader')
  assert.equal((await member.visitor.get('/staff/me')).status, 200)
  await portal.db('staff_factors').where({ account_id: member.id }).delete()
  assert.equal((await member.visitor.get('/staff/me')).location, '/staff/door/enrol')
  await portal
    .db('accounts')
    .where({ id: member.id })
    .update({ blocked_at: new Date(), block_reason: 'x' })
  assert.equal((await member.visitor.get('/staff/me')).location, '/sign-in?next=%2Fstaff%2Fme')
})

test('a member of staff can turn the shortcuts off and on', async () => {
  const { visitor } = await enrolStaff(portal, 'hela.h', 'reader')
  assert.match((await visitor.get('/staff/me')).html, /src="\/assets\/console-/)
  await visitor.post('/staff/me/shortcuts', { shortcuts: 'off' }, { from: '/staff/me' })
  const { html } = await visitor.get('/staff/me')
  assert.doesNotMatch(html, /console-[0-9a-f]+\.js|data-key/)
  await visitor.post('/staff/me/shortcuts', { shortcuts: 'on' }, { from: '/staff/me' })
  assert.match((await visitor.get('/staff/me')).html, /data-key="g m"/)
})

test('every right belongs to a role, and every role has a right', () => {
  const held = new Set<string>(Object.values(staffRights).flat())
  assert.deepEqual([...held].sort(), [...staffRoles].sort())
})

test('authenticators work under a new key, and the audit records a sign-out', async () => {
  const member = await enrolStaff(portal, 'ina.i', 'reader')
  await member.visitor.post('/sign-out', {}, { from: '/account/password' })
  const audited = await portal
    .db('audit')
    .where({ staff_id: member.id })
    .orderBy('position')
    .pluck('action')
  assert.deepEqual(audited, ['staff.totp-enrolled', 'staff.signed-out'])
  const [old = ''] = portal.settings.secretKeys
  const rotated = createKeyring(['the-new-key-9876543210zyxwvutsrqponml', old])
  const moved = await portal.db.transaction((trx) => rekeyFactors(trx, rotated, 100))
  assert.ok(moved > 0)
  const kept = await portal.db('staff_factors').where({ account_id: member.id }).first()
  assert.equal(kept.key_id, rotated.newestKeyId)
  assert.equal(rotated.open('staff.factor', kept.secret_sealed), member.secret)
  const listed = (await listStaff(portal.db)).find(({ address }) => address.startsWith('ina.i@'))
  assert.deepEqual([listed?.roles, listed?.codesLeft], [['reader'], 10])
})
