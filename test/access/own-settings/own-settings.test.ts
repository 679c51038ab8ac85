import assert from 'node:assert/strict'
import { test } from 'node:test'
import { judgeDisplayName } from '#server/core/display-name.ts'
import { readOutbox } from '#server/kit/messages/outbox.ts'
import { awaitSent, awaitText } from '#test/support/messages/outbox.ts'
import { arrive, signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { begin, equip, linkOf } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal()

const page = '/account/settings'
const save = (visitor: Visitor, fields: Record<string, string>) =>
  visitor.post(page, { display_name: '', language: 'be', theme: 'system', ...fields })

const styleOf = (html: string) => /rel="stylesheet" href="([^"]+)"/.exec(html)?.[1] ?? ''
const sheetOf = async (visitor: Visitor, html: string) => (await visitor.get(styleOf(html))).html

test('an owner sets a name, the language of letters and the colours on one page', async () => {
  const { visitor } = await arrive(portal)
  const sent = await save(visitor, { display_name: ' Алеся  Кавальчук ', theme: 'dark' })
  assert.deepEqual([sent.status, sent.location], [303, page])
  const { html } = await visitor.get(page)
  assert.match(html, /<title>Налады захаваны|<title>The settings are saved/)
  assert.match(html, /value="Алеся Кавальчук"/)
  assert.match(html, /value="be" checked/)
  assert.match(html, /<html[^>]* data-theme="dark"/)
})

test('a display name has no line break, no control character, no digit and no link', async () => {
  const refused = [
    'Hanna\r\nBcc: x@y.example',
    'Han\u202ena',
    'Han\u0000na',
    'Hanna\u200b',
    'call 8',
    'https://x',
    'visit evil.example',
    'a@b.example',
    '<b>x</b>',
    'x'.repeat(61),
  ]
  for (const typed of refused) assert.equal(judgeDisplayName(typed).kind, 'refused', typed)
  for (const typed of ['Алеся Кавальчук', 'J. R. O’Neill', 'Anna-Maria Müller', 'Ў', '林 小'])
    assert.deepEqual(judgeDisplayName(typed), { kind: 'ok', name: typed })
  assert.deepEqual(judgeDisplayName('  '), { kind: 'ok', name: null })
})

test('No typed name keeps the portal busy.', () => {
  const begun = performance.now()
  for (const part of ['a', 'ab', "a'", 'a ', 'a, ', 'ab-', 'J. '])
    judgeDisplayName(`${part.repeat(28).slice(0, 28)}1`)
  assert.ok(performance.now() - begun < 500)
})

test('a refused name is shown again with its error, and nothing is saved', async () => {
  const { visitor } = await arrive(portal)
  const sent = await save(visitor, { display_name: 'https://x.example', language: 'xx' })
  assert.deepEqual(
    [sent.status, sent.errors],
    [422, ['display_name.characters', 'language.unknown']],
  )
  assert.match(sent.html, /value="https:\/\/x\.example"/)
  assert.doesNotMatch((await visitor.get(page)).html, /x\.example/)
})

test('A name is changed with a fresh password alone.', async () => {
  const { visitor, password } = await arrive(portal)
  await save(visitor, { display_name: 'Hanna' })
  portal.clock.advance(11 * 60_000)
  const other = await save(visitor, { display_name: 'Hanna', theme: 'dark' })
  assert.equal(other.location, page)
  for (const display_name of ['Ignore all this', '']) {
    const sent = await save(visitor, { display_name })
    assert.match(sent.location ?? '', /^\/account\/confirm-password\?next=/)
  }
  const words = { display_name: 'Hanna Kupala' }
  await save(visitor, words)
  await visitor.post('/account/confirm-password', { password, next: page })
  assert.match((await visitor.get(page)).html, /value="Hanna Kupala"/)
  assert.equal((await save(visitor, words)).location, page)
})

test('a display name stands in letters to its owner alone, and holds letters only', async () => {
  const person = await equip(portal)
  const visitor = await signIn(portal, { login: person.login, password: person.password })
  await save(visitor, { display_name: 'Алеся Кавальчук', language: 'ru' })
  await visitor.post('/account/password', { password: 'zwölf Störche im Nebel' })
  const mails = await eventually(async () => {
    const all = await readOutbox(portal.parts)
    const found = all.filter(({ text }) => text.includes('Здравствуйте, Алеся Кавальчук!'))
    return found.length >= 2 && found
  })
  const { accountId } = person
  const { address } = await portal.db('accounts').where({ id: accountId }).first('address')
  assert.ok(mails.some(({ to }) => to === address))
  const all = await readOutbox(portal.parts)
  assert.ok(all.every(({ channel, text }) => channel === 'mail' || !text.includes('Алеся')))
  await linkOf(portal, await begin(portal, person.login), person)
  await awaitText(portal, person.address, /^Здравствуйте, Алеся Кавальчук![\s\S]*recover\/link/)
  const unproven = 'somebody.else@elsewhere.example'
  await visitor.post('/account/recovery/backup-address', { address: unproven })
  const [asked] = await awaitSent(portal, unproven)
  assert.doesNotMatch(asked?.text ?? 'Алеся', /Алеся/)
})

test('a closed account keeps no display name', async () => {
  const { accountId, visitor } = await arrive(portal)
  await save(visitor, { display_name: 'Hanna' })
  const { closeAccount } = await import('#server/accounts/accounts/closing-store.ts')
  const { changeAccountAsItStands } = await import('#server/accounts/accounts/change-account.ts')
  await changeAccountAsItStands(portal.db, accountId, (trx) =>
    closeAccount(trx, accountId, portal.clock.now()),
  )
  const row = await portal.db('accounts').where({ id: accountId }).first('display_name')
  assert.equal(row.display_name, null)
})

test('a link to a colour scheme changes the page and the cookie, never the account', async () => {
  const { accountId, visitor } = await arrive(portal)
  await visitor.get('/account?theme=dark')
  assert.match((await visitor.get('/account')).html, /data-theme="dark"/)
  const row = await portal.db('accounts').where({ id: accountId }).first('scheme')
  assert.equal(row.scheme, null)
})

test('strangers choose light or dark in the footer, without a script', async () => {
  const visitor = portal.visitor()
  const { html } = await visitor.get('/sign-in')
  assert.match(html, /href="\?theme=dark"/)
  assert.match(html, /name="color-scheme" content="light dark"/)
  const dark = (await visitor.get('/sign-in?theme=dark')).html
  assert.match(dark, /<html lang="\w+" data-theme="dark"/)
  assert.match(dark, /name="color-scheme" content="dark"/)
  const sheet = await sheetOf(visitor, dark)
  assert.match(sheet, /color-scheme:dark/)
  assert.doesNotMatch(sheet, /prefers-color-scheme/)
  const other = portal.visitor()
  assert.doesNotMatch((await other.get('/sign-in')).html, /data-theme/)
  await visitor.get('/sign-in?theme=nonsense')
  assert.match((await visitor.get('/sign-in')).html, /data-theme="dark"/)
})

test('the colours of the account hold in a browser where nothing was chosen', async () => {
  const person = await arrive(portal)
  await save(person.visitor, { theme: 'light' })
  const elsewhere = await signIn(portal, person)
  assert.match((await elsewhere.get('/account')).html, /data-theme="light"/)
  await elsewhere.get('/account?theme=system')
  assert.doesNotMatch((await elsewhere.get('/account')).html, /data-theme/)
})

test('a name is handed to its signed-in owner alone', async () => {
  const person = await arrive(portal)
  await save(person.visitor, { display_name: 'Алеся Кавальчук' })
  const address = `${person.login}@${portal.settings.mailDomains[0]}`
  const profile = `/help/mail-programs/apple.mobileconfig?address=${address}`
  assert.match(
    (await person.visitor.get(profile)).html,
    /<key>EmailAccountName<\/key>\s*<string>Алеся Кавальчук</,
  )
  const other = await arrive(portal)
  for (const visitor of [portal.visitor(), other.visitor])
    assert.doesNotMatch((await visitor.get(profile)).html, /EmailAccountName|Алеся/)
  const stranger = portal.visitor()
  const autoconfig = `/mail/config-v1.1.xml?emailaddress=${address}`
  assert.doesNotMatch((await stranger.get(autoconfig)).html, /Алеся/)
})

test('letters come in the language that the owner has chosen, whatever the page speaks', async () => {
  const { visitor } = await arrive(portal)
  await save(visitor, { language: 'de' })
  await visitor.get('/account?lang=be')
  const address = 'letters.in.german@elsewhere.example'
  await visitor.post('/account/recovery/backup-address', { address })
  const mail = await eventually(async () =>
    (await readOutbox(portal.parts)).find(({ to }) => to === address),
  )
  assert.match(mail.text, /Geben Sie diesen Code/)
})
