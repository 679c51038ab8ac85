import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeFault, scrub } from '#server/kit/log/log.ts'
import { hanna, register, signIn } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal()

test('the log of a whole visit contains no password, code, token or address', async () => {
  const visitor = await register(portal, hanna)
  await visitor.post('/account/password', { password: 'the storks came back late' })
  await visitor.get('/account?token=abcdefghijklmnopqrstuvwxyz0123456789abcdefghij')
  await visitor.get('/recover/link/abcdefghijklmnopqrstuvwxyz0123456789abcdefghijk')
  await portal.visitor().post('/sign-in', { login: hanna.login, password: 'a wrong password here' })
  await portal.visitor().send('/sign-in', '{"password":"a wrong password here"}', {
    'content-type': 'application/json',
  })
  await portal.visitor().get(`/undo/${'x'.repeat(43)}`)
  await signIn(portal, { ...hanna, password: 'the storks came back late' })
  const log = portal.logged.join('')
  assert.ok(portal.logged.length > 10)
  const secrets = [
    hanna.password,
    'storks came back',
    'a wrong password here',
    hanna.login,
    'postern.example',
    '127.0.0.1',
    'abcdefghijklmnopqrstuvwxyz',
    'xxxxxxxx',
    '$argon2',
    ...[...visitor.cookies.values()].map((value) => decodeURIComponent(value).slice(0, 30)),
  ]
  for (const secret of secrets) assert.ok(!log.includes(secret), `"${secret}" is in the log`)
})

test('a log line never shows an address, number, code, token, verifier or connection URL', () => {
  const hostile = [
    'mail to hanna.k@postern.example failed',
    'no route to +375 29 123-45-67',
    'code 12345678 refused',
    'postgres://portal:secret@db/portal',
    `token ${'a'.repeat(43)}`,
    '$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaA',
  ].join(' ; ')
  const clean = scrub(hostile)
  for (const secret of ['hanna', '123-45', '12345678', 'secret', 'aaaaaaa', 'c2FsdA'])
    assert.ok(!clean.includes(secret), clean)
})

test('a logged fault leaves out the values that caused it', () => {
  const fault = Object.assign(new Error('mail to hanna.k@postern.example'), {
    code: 'EENVELOPE',
    detail: 'Key (address)=(hanna)',
  })
  const text = JSON.stringify(describeFault(new Error('outer', { cause: fault })))
  assert.ok(!text.includes('hanna'), text)
  assert.match(text, /EENVELOPE/)
})
