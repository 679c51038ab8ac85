// Form tokens: whose session and which flow they belong to, and what people see otherwise.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hanna, piotr, register, signIn } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const page = '/account/password'
const fresh = 'a new and longer sentence'
const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }
const post = (visitor: Visitor, path: string, fields: Record<string, string>) =>
  visitor.send(path, new URLSearchParams(fields).toString(), urlencoded)

const portal = usePortal({ worker: false }, async (portal) => {
  await register(portal, hanna)
  await register(portal, piotr)
})

describe('a form that was opened before', () => {
  it('a form that was opened before a sign-in is refused if it concerns an account', async () => {
    const visitor = portal.visitor()
    const _csrf = await visitor.token('/sign-in')
    await signIn(portal, hanna, visitor)
    for (const path of [
      '/sign-out',
      page,
      '/Account/Password/',
      '/staff/cases/1/claim',
      '/no/such/page',
    ]) {
      const answer = await post(visitor, path, { _csrf, password: fresh })
      assert.deepEqual(
        [answer.status, answer.page, answer.errors],
        [403, 'forbidden', ['form.other-session']],
        path,
      )
    }
    assert.equal((await visitor.get('/account')).status, 200)
  })

  it('a form from before a new sign-in is refused and keeps what was typed', async () => {
    const visitor = await signIn(portal, hanna)
    const _csrf = await visitor.token('/account/recovery/phone')
    await visitor.post('/sign-out', {}, { from: '/account' })
    await signIn(portal, hanna, visitor)
    const answer = await post(visitor, '/account/recovery/phone', {
      _csrf,
      phone: '+375 29 700-00-0<b>',
    })
    assert.deepEqual([answer.status, answer.errors], [403, ['form.other-session']])
    assert.match(answer.html, /\+375 29 700-00-0&lt;b&gt;/)
    assert.match(answer.html, /class="govuk-button" href="\/account\/recovery\/phone"/)
    const secret = await post(visitor, page, { _csrf, password: 'a secret that nobody sees' })
    assert.equal(secret.status, 403)
    assert.doesNotMatch(secret.html, /a secret that nobody sees/)
  })

  it('a form that was opened before a sign-out does nothing and leads to sign-in', async () => {
    const visitor = await signIn(portal, hanna)
    const _csrf = await visitor.token(page)
    await visitor.post('/sign-out', {}, { from: '/account' })
    const answer = await post(visitor, page, { _csrf, password: fresh })
    assert.deepEqual(
      [answer.status, answer.location],
      [303, `/sign-in?next=${encodeURIComponent(page)}`],
    )
    await signIn(portal, hanna)
  })

  it('a sign-in form that was opened before a sign-in in another tab still signs in', async () => {
    const visitor = portal.visitor()
    const tabs = [
      await visitor.token('/sign-in'),
      await visitor.token('/sign-in'),
      await visitor.token('/sign-in'),
    ]
    const send = (_csrf = '', person = hanna) => post(visitor, '/sign-in', { _csrf, ...person })
    assert.equal((await send(tabs[0])).location, '/account')
    assert.equal((await send(tabs[1])).location, '/account')
    const ofHanna = await visitor.token(page)
    assert.equal((await send(tabs[2], piotr)).location, '/account')
    const late = await post(visitor, page, { _csrf: ofHanna, password: fresh })
    assert.deepEqual([late.status, late.errors], [403, ['form.other-session']])
    assert.match(
      late.html.replaceAll('<wbr>', ''),
      /piotr@postern\.example/,
      'it says who is signed in now',
    )
  })
})

it('a foreign, missing or broken token is refused as no form of another session', async () => {
  const visitor = await signIn(portal, hanna)
  const own = await visitor.token(page)
  const other = await (await signIn(portal, piotr)).token(page)
  const tail = own.replace(/^[^.]*/, '')
  for (const [what, _csrf] of Object.entries({ other, missing: '', broken: `x${own}`, tail })) {
    const answer = await post(visitor, page, { _csrf, password: fresh })
    assert.deepEqual([answer.status, answer.page, answer.errors], [403, 'forbidden', []], what)
  }
  const [browser = '', session = ''] = own.split('.')
  for (const end of ['', '.', '.AAAA', `.${session}x`, `.${session.slice(1)}`, `..${session}`])
    assert.equal(
      (await post(visitor, page, { _csrf: browser + end, password: fresh })).status,
      403,
      end,
    )
  await signIn(portal, hanna)
})

it('a form that was open during a rotation of keys is still accepted', async () => {
  const visitor = await signIn(portal, hanna)
  const _csrf = await visitor.token('/account/sessions')
  const SECRET_KEYS = `test-key-zyxwvutsrqponmlkjihgfedcba9876,${portal.settings.secretKeys[0]}`
  const later = await startTestPortal({
    worker: false,
    database: portal.database,
    env: { SECRET_KEYS },
  })
  const browser = later.visitor()
  for (const [name, value] of visitor.cookies) browser.cookies.set(name, value)
  const answer = await post(browser, '/account/sessions/end-others', { _csrf })
  assert.deepEqual([answer.status, answer.location], [303, '/account/sessions'])
  await later.stop()
})

it('a form token binds the browser alone for a stranger, and the flow in a recovery', async () => {
  const visitor = portal.visitor()
  assert.match(await visitor.token('/sign-in'), /^[\w-]+$/)
  await visitor.post('/recover', { login: 'nobody.here' })
  assert.match(await visitor.token('/recover/sms'), /^[\w-]+\.\.[\w-]{22}$/)
  await signIn(portal, hanna, visitor)
  assert.match(await visitor.token('/recover/sms'), /^[\w-]+\.[\w-]{22}\.[\w-]{22}$/)
})
