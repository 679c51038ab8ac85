// A mail domain in Cyrillic: people read and write it, and everything else has its A-label.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runCommand } from '#server/cli/portal.ts'
import { findSenderAccount } from '#server/desk/provenance/find-sender.ts'
import type { ReportedSender } from '#server/desk/provenance/provenance.ts'
import { awaitText } from '#test/support/messages/outbox.ts'
import { usePortal } from '#test/support/use-portal.ts'

const ascii = 'xn--80a1acn3a.xn--90ais'
const portal = usePortal({ env: { MAIL_DOMAINS: 'Пошта.бел' } })
const password = 'zwei Störche im Nebel'

test('an international domain is stored as its A-label and shown as people write it', async () => {
  assert.deepEqual(portal.settings.mailDomains, [ascii])
  const visitor = portal.visitor()
  const form = await visitor.get('/register')
  assert.match(form.html, /@пошта\.бел/)
  assert.doesNotMatch(form.html, /xn--/)
  const made = await visitor.post('/register', { login: 'ales@ПОШТА.бел', password })
  assert.equal(made.location, '/account/welcome')
  assert.ok(
    await portal
      .db('accounts')
      .where({ address: `ales@${ascii}` })
      .first(),
  )
  assert.ok(await portal.db('mailboxes').first())
  for (const page of ['/account/welcome', '/account', '/account/recovery', '/account/activity']) {
    const shown = await visitor.get(page)
    assert.match(shown.html, /ales<wbr>@пошта\.бел/, page)
    assert.doesNotMatch(shown.html.replace(/value="[^"]*"/g, ''), /xn--/, page)
  }
})

test('both spellings of the domain sign in and recover', async () => {
  for (const domain of ['пошта.бел', 'ПОШТА.БЕЛ.', ascii]) {
    const login = `ales@${domain}`
    const signedIn = await portal.visitor().post('/sign-in', { login, password })
    assert.equal(signedIn.status, 303, login)
    const visitor = portal.visitor()
    assert.equal((await visitor.post('/recover', { login })).location, '/recover/method')
    assert.match((await visitor.get('/recover/method')).html, /ales<wbr>@пошта\.бел/, login)
  }
})

test('a field that is filled in has the domain as people write it', async () => {
  const visitor = portal.visitor()
  const login = `ales@${ascii}`
  const shownOn = async (path: string) =>
    /id="login"[^>]* value="([^"]*)"/.exec((await visitor.get(path)).html)?.[1]
  await visitor.post('/sign-in', { login, password: 'not the password' })
  assert.equal(await shownOn('/sign-in'), 'ales@пошта.бел')
  await visitor.post('/sign-in', { login, password })
  assert.equal(await shownOn('/recover'), 'ales@пошта.бел')
})

test('a sheet of codes and the page of another recovery name the mailbox so too', async () => {
  const visitor = portal.visitor()
  await visitor.post('/sign-in', { login: 'ales', password })
  const page = '/account/recovery/recovery-codes'
  await visitor.post(page, { make: 'yes' })
  assert.match((await visitor.get(`${page}/text`)).html, /: ales@пошта\.бел\r/)
  const other = portal.visitor()
  await other.post('/recover', { login: 'ales' })
  const token = encodeURIComponent(await other.token('/recover/sms'))
  await other.post('/recover', { login: 'ales' })
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const refused = await other.send('/recover/sms', `_csrf=${token}&phone=1`, form)
  assert.deepEqual(refused.errors, ['flow.other'])
  assert.doesNotMatch(refused.html, /xn--/)
})

test('letters name the mailbox as people write it', async () => {
  const { text } = await awaitText(portal, `ales@${ascii}`, /new device|sign-in/i)
  assert.match(text, /ales@пошта\.бел/)
  assert.doesNotMatch(text, /xn--/)
})

test('a reported sender is found by both spellings', async () => {
  for (const domain of ['пошта.бел', ascii]) {
    const sender = { by: 'from', address: `ales@${domain}` } as unknown as ReportedSender
    const found = await findSenderAccount(portal.db, sender, portal.settings.mailDomains)
    assert.equal(found?.address, `ales@${ascii}`)
  }
})

test('an address of our own domain is no backup address, in neither spelling', async () => {
  const visitor = portal.visitor()
  await visitor.post('/sign-in', { login: 'ales', password })
  for (const domain of ['пошта.бел', ascii]) {
    const refused = await visitor.post('/account/recovery/backup-address', {
      address: `other@${domain}`,
    })
    assert.deepEqual(refused.errors, ['address.own-domain'])
  }
})

test('set-up answers know both spellings and give the A-label as user name', async () => {
  const address = 'ales@пошта.бел'
  // Evolution masks the name, and fills in the right one itself.
  for (const asked of [address, 'EVOLUTIONUSER@пошта.бел']) {
    const query = new URLSearchParams({ emailaddress: asked })
    const config = await portal.visitor().get(`/mail/config-v1.1.xml?${query}`)
    assert.equal(config.status, 200)
    assert.match(config.html, new RegExp(`<username>%EMAILLOCALPART%@${ascii}</username>`))
  }
  const profile = await portal
    .visitor()
    .get(`/help/mail-programs?${new URLSearchParams({ address })}`)
  assert.equal(profile.status, 200)
  assert.match(profile.html, new RegExp(`ales<wbr>@${ascii}`))
  const foreign = await portal
    .visitor()
    .get(`/help/mail-programs?${new URLSearchParams({ address: 'ales@іншая.бел' })}`)
  assert.deepEqual(foreign.errors, ['address.foreign'])
  assert.match(foreign.html, /пошта\.бел/)
})

test('a command takes both spellings of an address, and prints the one that people write', async () => {
  const env = {
    DATABASE_URL: portal.database.url,
    SECRET_KEYS: portal.settings.secretKeys.join(),
    BASE_URL: portal.url,
    MAIL_DOMAINS: 'пошта.бел',
  }
  for (const domain of ['пошта.бел', ascii]) {
    const shown = await runCommand(['account', 'show', `ales@${domain}`], env)
    assert.equal(shown.status, 0, shown.text)
    assert.match(shown.text, /ales@пошта\.бел/)
    assert.equal((shown.data as { address?: string }).address, `ales@${ascii}`)
  }
})
