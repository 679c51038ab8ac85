// App passwords on a platform in memory.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { changePassword } from '#server/accounts/password/change-password.ts'
import { noClient } from '#server/core/client-info.ts'
import { createKeyring } from '#server/core/keys/keyring.ts'
import { createAppPassword } from '#server/mail/app-passwords/create-app-password.ts'
import { createMemoryPlatform } from '#server/mail/mail-platform/memory/memory.ts'
import { followSettingsTask } from '#server/mail/mailboxes/follow-settings.ts'
import { proofNow, underLock } from '#test/support/account-lock.ts'
import { sentTo } from '#test/support/messages/outbox.ts'
import { hanna, piotr, register, signIn } from '#test/support/people.ts'
import { eventually, startTestPortal } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'
import { secretOn, type Visitor } from '#test/support/visitor.ts'

const page = '/account/app-passwords'
const address = 'hanna.k@postern.example'
let browser: Visitor
const platform = createMemoryPlatform()
const portal = usePortal({ ports: { platform } }, async (portal) => {
  browser = await register(portal, hanna)
  await register(portal, piotr)
})

async function make(name: string, services: Record<string, string>, visitor = browser) {
  const made = await visitor.post(`${page}/new`, { name, ...services })
  assert.deepEqual([made.status, made.location], [303, `${page}/created`], made.errors.join())
  const { html } = await visitor.get(`${page}/created`)
  return { html, secret: secretOn(html) }
}
const idsOf = (html: string) =>
  [...html.matchAll(/app-passwords\/([0-9a-f-]{36})\/revoke/g)].map((found) => found[1] ?? '')
const opening = (count: number) =>
  eventually(async () => platform.appPasswordsOf(address).length === count)
const ends = () => platform.calls.filter(({ call }) => call === 'endSessions').length

test('an app password is shown once, and only its digest is kept', async () => {
  const { html, secret } = await make('Phone', { imap: 'on', smtp: 'on' })
  assert.match(secret, /^[a-hj-km-np-z2-9]{4}( [a-hj-km-np-z2-9]{4}){4}$/)
  assert.match(html, /Phone/)
  assert.equal(
    (await browser.get(`${page}/created`)).location,
    page,
    'a second look leads to the list',
  )
  await opening(1)
  assert.match((await browser.get(page)).html, /Phone[\s\S]*Live/)
  const { rows } = await portal.db.raw(`select string_agg(t::text, '') as text from (
    select row_to_json(a) as t from app_passwords a
    union all select row_to_json(j) from graphile_worker._private_jobs j
    union all select row_to_json(s) from sessions s
    union all select row_to_json(e) from activity e) all_rows`)
  for (const form of [secret, secret.replaceAll(' ', '')]) assert.ok(!rows[0].text.includes(form))
  assert.ok(!portal.logged.join('').includes(secret.replaceAll(' ', '')))
})

test('a new app password is announced to its owner by a letter with an undo link', async () => {
  const letters = await eventually(async () => {
    const rows = await portal.db('messages').where({ name: 'app-password-created' })
    return rows.length > 0 && rows
  })
  assert.deepEqual([letters.length, letters[0].channel], [1, 'mail'])
  assert.equal((await portal.db('undos').where({ change: 'app-password.created' })).length, 1)
})

test('a form sent twice makes one app password, which needs the portal’s key to compute', async () => {
  const { id } = await portal.db('accounts').where({ address: 'piotr@postern.example' }).first('id')
  const wanted = {
    proof: await proofNow(portal.db, id),
    name: 'Laptop',
    services: ['imap'],
    client: noClient,
  } as const
  const form = randomBytes(32)
  const make = async (keyring = portal.keyring) => {
    const made = await createAppPassword({ ...portal.parts, keyring }, { ...wanted, form })
    return made.kind === 'created' ? made : assert.fail(made.kind)
  }
  const first = await make()
  assert.deepEqual(await make(), first)
  const other = await make(createKeyring(['another-key-0123456789abcdefghijklmn']))
  assert.notEqual(other.secret, first.secret)
  // Nobody here can read the notice of the other key.
  const newest = portal
    .db('messages')
    .where({ name: 'app-password-created' })
    .orderBy('created_at', 'desc')
    .limit(1)
  await portal.db('messages').whereIn('id', newest.select('id')).delete()
})

test('an Apple profile that carries the app password is served once', async () => {
  const { html, secret } = await make('iPhone', { imap: 'on', smtp: 'on' })
  assert.match(html, /profile\.mobileconfig/)
  const profile = await browser.get(`${page}/profile.mobileconfig`)
  assert.deepEqual(
    [profile.status, profile.headers.get('content-type'), profile.headers.get('cache-control')],
    [200, 'application/x-apple-aspen-config', 'no-store'],
  )
  assert.equal(
    profile.html.split(`<string>${secret.replaceAll(' ', '')}</string>`).length,
    3,
    'for reading and for sending',
  )
  assert.equal((await browser.get(`${page}/profile.mobileconfig`)).location, page)
  assert.doesNotMatch((await make('Fetcher', { pop3: 'on' })).html, /profile\.mobileconfig/)
})

test('a form without a name or a service is shown again with what was typed in', async () => {
  const refused = await browser.post(`${page}/new`, { name: ' \u200b ', pop3: '' })
  assert.deepEqual([refused.status, refused.errors], [422, ['name.missing', 'services.none']])
  const long = await browser.post(`${page}/new`, { name: 'x'.repeat(41), imap: 'on' })
  assert.deepEqual([long.status, long.errors], [422, ['name.too-long']])
  assert.match(long.html, /x{41}/)
})

test('a stranger can neither keep nor revoke an app password', async () => {
  const [id = ''] = idsOf((await browser.get(page)).html)
  const stranger = await signIn(portal, piotr)
  const token = { from: '/account/password' }
  for (const verb of ['revoke', 'keep'])
    assert.equal((await stranger.post(`${page}/${id}/${verb}`, {}, token)).status, 404, verb)
  assert.equal((await stranger.post(`${page}/nonsense/revoke`, {}, token)).status, 404)
  assert.equal(platform.appPasswordsOf(address).length, 3)
})

test('a revoked app password ends the sessions of mail programs', async () => {
  const [id = ''] = idsOf((await browser.get(page)).html)
  const ended = ends()
  assert.equal((await browser.post(`${page}/${id}/revoke`, {}, { from: page })).location, page)
  await opening(2)
  await eventually(async () => ends() > ended)
})

test('after a reset, no app password opens mail until its owner keeps it', async () => {
  const account = await portal.db('accounts').where({ address }).first()
  const password = {
    plain: 'a password by reset',
    verifier: await portal.parts.hasher.hash('a password by reset'),
  }
  const at = portal.clock.now()
  const reset = { accountId: account.id, password, at, by: 'recovery', voidsLinks: false } as const
  await underLock(portal.db, account.id, (trx) => changePassword(trx, portal.parts, reset))
  await opening(0)
  browser = await signIn(portal, { ...hanna, password: 'a password by reset' })
  assert.match((await browser.get('/account')).html, /Decide about your app passwords/)
  const { html } = await browser.get(page)
  const [id = ''] = [...html.matchAll(/app-passwords\/([0-9a-f-]{36})\/keep/g)].map(
    (found) => found[1],
  )
  await browser.post(`${page}/${id}/keep`, {}, { from: page })
  await opening(1)
  assert.deepEqual(platform.appPasswordsOf(address), [id])
  await browser.post('/account/password', { password: 'changed by its owner' })
  await eventually(
    async () =>
      (await portal.db('mailboxes').where({ address }).whereRaw('applied_revision = revision'))
        .length,
  )
  assert.deepEqual(
    platform.appPasswordsOf(address),
    [id],
    'a change by its owner leaves them alone',
  )
})

test('keeping a revoked app password does not claim that it opens mail', async () => {
  await make('Old tablet', { imap: 'on' })
  const [id = ''] = idsOf((await browser.get(page)).html)
  const say = async (verb: 'keep' | 'revoke') => {
    assert.equal((await browser.post(`${page}/${id}/${verb}`, {}, { from: page })).location, page)
    return (await browser.get(page)).html
  }
  for (let round = 0; round < 2; round += 1)
    assert.match(await say('keep'), /The app password opens mail again/)
  for (let round = 0; round < 2; round += 1)
    assert.match(await say('revoke'), /The app password is revoked/)
  const late = await say('keep')
  assert.match(late, /this app password was revoked before, and opens nothing/)
  assert.doesNotMatch(late, /opens mail again/)
  assert.ok((await portal.db('app_passwords').where({ id }).first()).revoked_at)
})

test('all app passwords can be revoked at once', async () => {
  await browser.post(`${page}/revoke-all`, {}, { from: page })
  await opening(0)
  assert.deepEqual(idsOf((await browser.get(page)).html), [])
  assert.match((await browser.get('/account/activity')).html, /All app passwords were revoked/)
})

test('revoking app passwords asks for a recent password and notifies the owner', async () => {
  await make('Kitchen radio', { imap: 'on' })
  const [id = ''] = idsOf((await browser.get(page)).html)
  for (const path of [`${page}/revoke-all`, `${page}/${id}/revoke`])
    assert.match((await browser.get(path)).html, /Kitchen radio/, path)
  portal.clock.advance(11 * 60_000)
  for (const path of [`${page}/revoke-all`, `${page}/${id}/revoke`]) {
    assert.match((await browser.get(path)).location ?? '', /^\/account\/confirm-password/, path)
    const sent = await browser.post(path, {}, { from: '/account' })
    assert.match(sent.location ?? '', /^\/account\/confirm-password/, path)
  }
  assert.deepEqual(idsOf((await browser.get(page)).html), [id])
  portal.clock.advance(-11 * 60_000)
  const countNotices = async () =>
    (await portal.db('messages').where({ name: 'app-password-revoked' })).length
  const before = await countNotices()
  await browser.post(`${page}/${id}/revoke`, {}, { from: page })
  await eventually(async () => (await countNotices()) > before)
})

test('an account has thirty app passwords at most, even if it asks for more at once', async () => {
  const tries = Array.from({ length: 8 }, (_, n) => n)
  for (let round = 0; round < 5; round++)
    await Promise.all(
      tries.map((n) => browser.post(`${page}/new`, { name: `Device ${n}`, imap: 'on' })),
    )
  const made = async () => idsOf((await browser.get(page)).html).length
  // A busy portal may have turned some of them away.
  for (let n = await made(); n < 30; n++)
    await browser.post(`${page}/new`, { name: `Late ${n}`, imap: 'on' })
  assert.equal(await made(), 30)
  const full = await browser.post(`${page}/new`, { name: 'One more', imap: 'on' })
  assert.deepEqual(full.errors, ['name.too-many'])
})

test('creating an app password asks for a recent password', async () => {
  portal.clock.advance(11 * 60_000)
  assert.match((await browser.get(`${page}/new`)).location ?? '', /^\/account\/confirm-password/)
})

test('existing mailboxes follow a change of APP_PASSWORDS_ONLY in both directions', async () => {
  const opens = async () => {
    await eventually(
      async () =>
        (await portal.db('mailboxes').whereRaw('applied_revision < revision')).length === 0,
    )
    return (await platform.observe(address))?.mainPasswordOpensMail
  }
  assert.equal(await opens(), true)
  for (const only of [true, false]) {
    const parts = { db: portal.db, clock: portal.clock, settings: { appPasswordsOnly: only } }
    await followSettingsTask(parts)({}, { attempt: 1, maxAttempts: 1 })
    assert.equal(await opens(), !only)
    const { revision } = await portal.db('mailboxes').where({ address }).first()
    await followSettingsTask(parts)({}, { attempt: 1, maxAttempts: 1 })
    assert.equal(
      (await portal.db('mailboxes').where({ address }).first()).revision,
      revision,
      'once is enough',
    )
  }
})

test('there is no page of app passwords if the platform knows none', async () => {
  const { applyAppPasswords: _, ...without } = createMemoryPlatform()
  const other = await startTestPortal({
    ports: { platform: without },
    database: portal.database,
    worker: false,
  })
  try {
    const visitor = await signIn(other, piotr)
    assert.equal((await visitor.get(page)).status, 404)
    assert.doesNotMatch((await visitor.get('/account')).html, /app-passwords/)
  } finally {
    await other.stop()
  }
})

test('no page claims to know sign-ins that the mail servers do not report', async () => {
  const { reportsSignIns: _, ...silent } = createMemoryPlatform()
  const other = await startTestPortal({
    ports: { platform: silent },
    database: portal.database,
    worker: false,
  })
  try {
    const visitor = await signIn(other, piotr)
    await make('Tablet', { imap: 'on' }, visitor)
    const list = (await visitor.get(page)).html
    assert.match(list, /Tablet[\s\S]*mail servers do not tell/)
    assert.doesNotMatch(list, /Not used yet/)
    const programs = (await visitor.get('/account/mail-programs')).html
    assert.match(programs, /do not tell this site who tried/)
    assert.doesNotMatch(programs, /has tried to connect|Tries are kept|Not in the list/)
    assert.match(
      (await browser.get('/account/mail-programs')).html,
      /No program has tried to connect/,
    )
  } finally {
    await other.stop()
  }
})

test('what revoking stops is shown before it stops', async () => {
  const visitor = await signIn(portal, piotr)
  for (const name of ['Radio', 'Camera']) await make(name, { imap: 'on' }, visitor)
  const [id = ''] = idsOf((await visitor.get(page)).html)
  const look = await visitor.get(`${page}/${id}/revoke`)
  assert.deepEqual([look.status, look.page], [200, 'app-password-revoke'])
  assert.match(look.html, /Camera/)
  assert.doesNotMatch(look.html, /Radio/, 'only what will stop')
  const all = await visitor.get(`${page}/revoke-all`)
  assert.match(all.html, /Camera[\s\S]*Radio/)
})

test('nothing is revoked until the password is confirmed again', async () => {
  const visitor = await signIn(portal, piotr)
  const [id = ''] = idsOf((await visitor.get(page)).html)
  portal.clock.advance(11 * 60_000)
  const confirm = (path: string) => `/account/confirm-password?next=${encodeURIComponent(path)}`
  const csrf = { from: page }
  for (const path of [`${page}/${id}/revoke`, `${page}/revoke-all`]) {
    assert.equal((await visitor.get(path)).location, confirm(path))
    assert.equal((await visitor.post(path, {}, csrf)).location, confirm(page))
  }
  assert.equal((await portal.db('app_passwords').where({ id }).first()).revoked_at, null)

  await visitor.post('/account/confirm-password', { password: piotr.password, next: page })
  const countNotices = async (words: RegExp) =>
    (await sentTo(portal, 'piotr@postern.example')).filter(({ text }) => words.test(text)).length
  assert.equal((await visitor.post(`${page}/${id}/revoke`)).location, page)
  await eventually(async () => (await countNotices(/^An app password of the mailbox/m)) === 1)
  assert.equal((await visitor.post(`${page}/revoke-all`)).location, page)
  await eventually(async () => (await countNotices(/^All app passwords of the mailbox/m)) === 1)
  assert.match((await sentTo(portal, 'piotr@postern.example'))[0]?.text ?? '', /\/undo\//)
  assert.equal((await visitor.get(`${page}/revoke-all`)).location, page, 'nothing is left to stop')
})
