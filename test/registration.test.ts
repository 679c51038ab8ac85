import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { hanna, piotr, register, signIn } from './support/people.ts'
import { eventually, startTestPortal, type TestPortal } from './support/portal.ts'

let portal: TestPortal
before(async () => {
  portal = await startTestPortal()
})
after(() => portal.stop())

test('somebody who wants a mailbox has it ready, changes the password, signs out and in', async () => {
  const visitor = portal.visitor()
  const created = await visitor.post('/register', { login: 'Hanna.K', password: hanna.password })
  assert.equal(created.status, 303)
  assert.equal(created.location, '/account/welcome')
  assert.equal((await visitor.get('/account/welcome')).page, 'welcome')
  const account = await eventually(async () => {
    const answer = await visitor.get('/account')
    return /Ready/.test(answer.html) && answer
  })
  assert.match(account.html, /hanna\.k<wbr>@postern\.example/)

  const changed = await visitor.post('/account/password', { password: 'a new and longer sentence' })
  assert.equal(changed.status, 303)
  assert.equal(changed.location, '/account')
  const told = await visitor.get('/account')
  assert.equal(told.status, 200)

  const out = await visitor.post('/sign-out', {}, { from: '/account' })
  assert.equal(out.location, '/')
  assert.ok(out.headers.get('clear-site-data'))
  assert.equal((await visitor.get('/account')).location, '/sign-in?next=%2Faccount')

  const old = await visitor.post('/sign-in', { login: hanna.login, password: hanna.password })
  assert.deepEqual([old.status, old.errors], [422, ['password.wrong']])
  await signIn(portal, { ...hanna, password: 'a new and longer sentence' }, visitor)
  assert.equal((await visitor.get('/account')).page, 'account')
})

test('a refused form keeps what was typed and never the password', async () => {
  const answer = await portal.visitor().post('/register', { login: 'x', password: 'short' })
  assert.equal(answer.status, 422)
  assert.deepEqual(answer.errors, ['login.too-short', 'password.too-short'])
  assert.match(answer.html, /value="x"/)
  assert.doesNotMatch(answer.html, /value="short"/)
})

test('one name, or two that look alike, sent at once fifty times: one account each', async () => {
  for (let round = 0; round < 50; round++) {
    const names = [`pavel${round}x`, `pavel${round}x`, `pave1${round}x`, `pa.vel${round}x`]
    const answers = await Promise.all(
      names.map((login) => portal.visitor().post('/register', { login, password: piotr.password })),
    )
    assert.deepEqual(answers.map((each) => each.status).sort(), [303, 422, 422, 422])
  }
  const { rows } = await portal.db.raw(`select count(*)::int as n from accounts where address like 'pa%'`)
  assert.equal(rows[0].n, 50)
})

test('a new mailbox leaves account, claims, wanted mailbox and activity behind, or nothing', async () => {
  await register(portal, piotr)
  await portal.visitor().post('/register', piotr)
  const { rows } = await portal.db.raw(`
    select (select count(*)::int from accounts) as accounts, (select count(*)::int from mailboxes) as mailboxes,
      (select count(*)::int from claims where kind = 'login') as logins`)
  assert.equal(rows[0].accounts, rows[0].mailboxes)
  assert.equal(rows[0].accounts, rows[0].logins)
})
