import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTexts } from '#server/kit/i18n/texts.ts'
import { textTrees } from '#server/texts.ts'
import { awaitSent } from '#test/support/messages/outbox.ts'
import { hanna, register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal()

const localeOf = async (login: string) =>
  (
    await portal
      .db('accounts')
      .where({ address: `${login}@postern.example` })
      .first('locale')
  ).locale

test('a language link changes the browser’s language, not the account’s', async () => {
  const visitor = await register(portal, hanna)
  assert.equal(await localeOf(hanna.login), 'en')
  assert.match((await visitor.get('/account?lang=be')).html, /<html lang="be">/)
  assert.match((await visitor.get('/account')).html, /<html lang="be">/)
  assert.equal(await localeOf(hanna.login), 'en')

  const phone = portal.visitor()
  await phone.post('/sign-in', { login: hanna.login, password: hanna.password })
  assert.match((await phone.get('/account', { 'accept-language': 'de' })).html, /<html lang="en">/)
})

test('mails are written in the language of the account, not of the browser', async () => {
  const visitor = portal.visitor()
  await visitor.get('/?lang=be')
  await visitor.post('/register', { login: 'moved.house', password: hanna.password })
  // A stranger can make the owner follow a language link, but must not choose the mails' language.
  await visitor.get('/account?lang=de')
  const other = portal.visitor()
  await other.get('/?lang=de')
  await other.post('/sign-in', { login: 'moved.house', password: hanna.password })
  await other.post('/account/password', { password: 'a new and longer sentence' })
  const sent = await awaitSent(portal, 'moved.house@postern.example', 2)
  const { t } = createTexts(textTrees, { service: 'Postern', passwordMin: 12 })
  const expected = ['new-device', 'password-changed'].map((name) =>
    t('be', `messages.${name}.subject`),
  )
  assert.deepEqual(sent.map(({ subject }) => subject).sort(), expected.sort())
})

test('an unknown language, or a stranger’s language link, changes no account', async () => {
  const visitor = await register(portal, { login: 'stable.one', password: hanna.password })
  await visitor.get('/account?lang=fr')
  await portal.visitor().get('/?lang=ru')
  assert.equal(await localeOf('stable.one'), 'en')
})

test('a change of language after a refused sign-in keeps the wanted page', async () => {
  const visitor = portal.visitor()
  const refused = await visitor.post(
    '/sign-in',
    { login: 'nobody', password: 'wrong wrong wrong', next: '/account/sessions' },
    { from: '/sign-in?next=%2Faccount%2Fsessions' },
  )
  assert.equal(refused.status, 422)
  const [, link = ''] = /href="([^"]*lang=be)"/.exec(refused.html) ?? []
  const switched = await visitor.get(`/sign-in${link.replaceAll('&amp;', '&')}`)
  assert.match(switched.html, /<html lang="be">/)
  assert.match(switched.html, /name="next" value="\/account\/sessions"/)
})

test('"Try again" leads back to the page, and never repeats what is no page of ours', async () => {
  const visitor = portal.visitor()
  const ways = async (path: string) => {
    const answer = await visitor.send(path, '_csrf=wrong', {
      'content-type': 'application/x-www-form-urlencoded',
    })
    assert.equal(answer.status, 403)
    return /class="govuk-button" href="([^"]*)"/.exec(answer.html)?.[1]
  }
  assert.equal(await ways('/sign-in'), '/sign-in')
  assert.equal(await ways('/account/recovery/phone/remove'), '/account/recovery/phone')
  assert.equal(await ways('/account/sessions/8f4e/end'), '/account/sessions')
  assert.equal(await ways('/undo/Zm9vYmFyYmF6cXV4'), '/')
  assert.equal(await ways('/sign-out'), '/')
})

test('the offline page is the same for everybody, in each language', async () => {
  const visitor = await register(portal, { login: 'off.line', password: hanna.password })
  for (const locale of ['be', 'ru', 'en', 'de']) {
    const answer = await visitor.get(`/offline/${locale}`)
    assert.equal(answer.page, 'offline')
    assert.match(answer.html, new RegExp(`<html lang="${locale}">`))
    assert.doesNotMatch(answer.html, /off\.line/)
  }
  assert.equal((await visitor.get('/offline/fr')).status, 404)
  const worker = await visitor.get('/service-worker.js')
  assert.match(worker.headers.get('content-security-policy') ?? '', /connect-src 'self'/)
})

test('the sign-in page says why it appears instead of the wanted page', async () => {
  const stranger = portal.visitor()
  assert.match(
    (await stranger.get('/sign-in?next=%2Faccount')).html,
    /to go on to the page that you wanted/,
  )
  assert.doesNotMatch((await stranger.get('/sign-in')).html, /go on/)
  const visitor = await register(portal, { login: 'idle.one', password: hanna.password })
  portal.clock.advance(61 * 60_000)
  const { location } = await visitor.get('/account')
  assert.match((await visitor.get(location ?? '')).html, /You have been signed out/)
})

test('a recovery step that is not due leads to the start and says so once', async () => {
  const visitor = portal.visitor()
  const early = await visitor.get('/recover/sms')
  assert.deepEqual([early.status, early.location], [303, '/recover'])
  assert.match((await visitor.get('/recover')).html, /That step took too long/)
  assert.doesNotMatch((await visitor.get('/recover')).html, /That step took too long/)
})
