import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestNames } from '#server/access/registration/suggest-names.ts'
import { parseLoginName } from '#server/core/identifiers/login-name.ts'
import { hanna, piotr, register, signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal()

test('a new owner gets a mailbox, changes the password, signs out and in', async () => {
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
  const page = await visitor.get('/account')
  assert.equal(page.status, 200)

  const out = await visitor.post('/sign-out', {}, { from: '/account' })
  assert.equal(out.location, '/')
  assert.ok(out.headers.get('clear-site-data'))
  assert.equal((await visitor.get('/account')).location, '/sign-in?next=%2Faccount')

  const old = await visitor.post('/sign-in', { login: hanna.login, password: hanna.password })
  assert.deepEqual([old.status, old.errors], [422, ['password.wrong']])
  await signIn(portal, { ...hanna, password: 'a new and longer sentence' }, visitor)
  assert.equal((await visitor.get('/account')).page, 'account')
})

test('a refused registration keeps the typed name, and never the password', async () => {
  const answer = await portal.visitor().post('/register', { login: 'x', password: 'short' })
  assert.equal(answer.status, 422)
  assert.deepEqual(answer.errors, ['login.too-short', 'password.too-short'])
  assert.match(answer.html, /value="x"/)
  assert.doesNotMatch(answer.html, /value="short"/)
})

test('simultaneous registrations of names that look alike make one account', async () => {
  for (let round = 0; round < 50; round++) {
    const names = [`pavel${round}x`, `pavel${round}x`, `pave1${round}x`, `pa.vel${round}x`]
    const answers = await Promise.all(
      names.map((login) => portal.visitor().post('/register', { login, password: piotr.password })),
    )
    assert.deepEqual(answers.map((each) => each.status).sort(), [303, 422, 422, 422])
  }
  const { rows } = await portal.db.raw(
    `select count(*)::int as n from accounts where address like 'pa%'`,
  )
  assert.equal(rows[0].n, 50)
})

test('a registration creates account, claims and wanted mailbox, or nothing', async () => {
  await register(portal, piotr)
  await portal.visitor().post('/register', piotr)
  const { rows } = await portal.db.raw(`
    select (select count(*)::int from accounts) as accounts,
      (select count(*)::int from mailboxes) as mailboxes,
      (select count(*)::int from claims where kind = 'login') as logins`)
  assert.equal(rows[0].accounts, rows[0].mailboxes)
  assert.equal(rows[0].accounts, rows[0].logins)
})

test('a taken name brings suggestions, each of which can be registered', async () => {
  const { password } = piotr
  await register(portal, { login: 'maria.nowak', password })
  // A name that looks like a taken one is not suggested.
  await register(portal, { login: 'nowakmar1a', password })
  await register(portal, { login: 'm-nowak', password })
  const refused = await portal.visitor().post('/register', { login: 'Maria_Nowak', password })
  assert.deepEqual(refused.errors, ['login.taken'])
  const offered = [...refused.html.matchAll(/href="\/register\?login=([a-z0-9._-]+)"/g)].map(
    (match) => match[1] ?? '',
  )
  assert.equal(offered.length, 3)
  assert.ok(!offered.includes('nowak.maria') && !offered.includes('m.nowak'), offered.join())
  for (const login of offered) {
    const visitor = portal.visitor()
    assert.match(
      (await visitor.get(`/register?login=${login}`)).html,
      new RegExp(`value="${login}"`),
    )
    assert.equal(
      (await visitor.post('/register', { login, password })).location,
      '/account/welcome',
    )
  }
})

test('suggestions take one query, whatever the name', async () => {
  const { parts } = portal
  const near = { login: 'abcdefghijklmnopqrstuvwxyz.abc', domain: 'postern.example' }
  const queries: string[] = []
  const note = ({ sql }: { sql: string }) => void (sql.includes('"claims"') && queries.push(sql))
  portal.db.on('query', note)
  for (const login of [near.login, 'a.b.c.d.e.f.g', 'zed', 'o-1-2'])
    for (const name of await suggestNames(parts, { ...near, login }))
      assert.equal(parseLoginName(name, { serviceWords: parts.serviceWords }).kind, 'ok', name)
  portal.db.off('query', note)
  assert.equal(queries.length, 4)
})

test('the name of a closed account can never be registered again', async () => {
  const person = { login: 'was.closed', password: hanna.password }
  await register(portal, person)
  await portal
    .db('accounts')
    .where({ address: 'was.closed@postern.example' })
    .update({ closed_at: portal.clock.now() })
  for (const login of ['was.closed', 'wasclosed']) {
    const refused = await portal
      .visitor()
      .post('/register', { login, password: 'another long sentence of a stranger' })
    assert.deepEqual([refused.status, refused.errors], [422, ['login.taken']], login)
  }
})
