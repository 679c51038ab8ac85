// What was typed in a form that was not taken is shown again, to the same person alone.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { msPerHour, msPerMinute } from '#server/core/durations.ts'
import { writtenFields } from '#server/kit/drafts/written-fields.ts'
import { useAbusePortal } from '#test/support/desk/abuse.ts'
import { hanna, piotr, register, signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = useAbusePortal({}, async (portal) => {
  await register(portal, hanna)
  await register(portal, piotr)
})

const page = '/account/recovery/backup-address'
const typed = 'hanna.private@elsewhere.example'
const form = { 'content-type': 'application/x-www-form-urlencoded' }
const encode = (fields: Record<string, string>) => new URLSearchParams(fields).toString()

/** Sends the form of the page after its session has ended. */
async function sendTooLate(visitor: Visitor): Promise<void> {
  const _csrf = await visitor.token(page)
  await portal.db('sessions').delete()
  const late = await visitor.send(page, encode({ _csrf, address: typed }), form)
  assert.deepEqual([late.status, late.location], [303, `/sign-in?next=${encodeURIComponent(page)}`])
}

const enter = async (visitor: Visitor, { login, password }: typeof hanna) =>
  assert.equal((await visitor.post('/sign-in', { login, password, next: page })).location, page)

test('a form that meets an ended session is shown with its texts after the sign-in', async () => {
  const visitor = await signIn(portal, hanna)
  await sendTooLate(visitor)
  await enter(visitor, hanna)
  assert.ok((await visitor.get(page)).html.includes(`value="${typed}"`))
  assert.ok(!(await visitor.get(page)).html.includes(typed), 'it is shown once')
})

test('a form that meets a password typed too long ago is shown with its texts after it', async () => {
  const visitor = await signIn(portal, hanna)
  const _csrf = await visitor.token(page)
  portal.clock.advance(11 * msPerMinute)
  const late = await visitor.send(page, encode({ _csrf, address: typed }), form)
  assert.match(late.location ?? '', /^\/account\/confirm-password\?/)
  const { password } = hanna
  const confirm = '/account/confirm-password'
  assert.equal((await visitor.post(confirm, { password, next: page })).location, page)
  assert.ok((await visitor.get(page)).html.includes(`value="${typed}"`))
})

test('a sign-out forgets what was typed', async () => {
  const visitor = await signIn(portal, hanna)
  await visitor.post(page, { address: 'no address' })
  assert.ok(visitor.cookies.has('draft'))
  await visitor.post('/sign-out', {}, { from: '/account' })
  assert.ok(!visitor.cookies.has('draft'))
})

test('a draft of somebody’s page is shown to nobody else who signs in in this browser', async () => {
  const visitor = await signIn(portal, hanna)
  await sendTooLate(visitor)
  await enter(visitor, piotr)
  assert.ok(!(await visitor.get(page)).html.includes(typed))
})

test('a draft is shown for an hour', async () => {
  const visitor = await signIn(portal, hanna)
  await sendTooLate(visitor)
  portal.clock.advance(msPerHour + 1)
  await enter(visitor, hanna)
  assert.ok(!(await visitor.get(page)).html.includes(typed))
})

test('a refused form keeps its texts when the language is switched, and only then', async () => {
  const visitor = portal.visitor()
  const note = 'Ліст прасіў пароль. '.repeat(200).trim()
  await visitor.post('/report', { sender: 'nobody at home', kind: 'spam', note })
  const plain = await visitor.get('/report')
  assert.ok(!plain.html.includes('nobody at home'))
  await visitor.post('/report', { sender: 'nobody at home', kind: 'spam', note })
  await eventually(async () => (await portal.db('drafts')).length === 2)
  const switched = await visitor.get('/report?lang=be')
  assert.equal(switched.status, 200)
  assert.ok(switched.html.includes('value="nobody at home"'))
  assert.match(switched.html, /value="spam" checked/)
  assert.ok(switched.html.includes(note), 'a long text too')
  assert.ok((await visitor.get('/report?lang=de')).html.includes(note), 'and at the next switch')
  await visitor.post('/report', { sender: 'prize@postern.example', kind: 'spam' })
  assert.ok(!(await visitor.get('/report?lang=en')).html.includes(note), 'not once it is sent')
})

test('a draft never holds a password, a code or an answer', async () => {
  const visitor = portal.visitor()
  await visitor.post('/sign-in', { login: 'hanna.k', password: 'a wrong one' })
  const cookie = decodeURIComponent(visitor.cookies.get('draft') ?? '').replace(
    /^[^.]+\.[^.]+\./,
    '',
  )
  const { fields } = JSON.parse(portal.keyring.open('web.draft', cookie))
  assert.deepEqual(fields, { login: 'hanna.k' })
  for (const secret of ['password', 'code', 'answer', '_csrf', 'assertion'])
    assert.ok(!writtenFields.includes(secret), secret)
})

test('nothing that was typed at the doors of recovery is kept', async () => {
  const visitor = portal.visitor()
  await visitor.post('/recover', { login: '' })
  await visitor.post('/recover', { login: 'hanna.k' })
  await visitor.post('/recover/sms', { phone: 'no number' })
  assert.equal(visitor.cookies.get('draft'), undefined)
})

/** Fields that begin empty, are filled in by the page itself, or stand in a form that looks. */
const forgotten =
  'code answer password username next seen again shown make message_file what program services ' +
  'tab q unseen to from staff severity provenance field case action account forget_file kept asked contacts confirm mine ' +
  'campaign late all'

test('every field of a view is either kept in drafts or named here as forgotten', () => {
  const names = globSync('views/**/*.ejs').flatMap((file) => {
    const view = readFileSync(file, 'utf8')
    const fields = view.matchAll(
      /include\('components\/fields\/\w+', \{ name: '([a-z_]+)'|<(?:input|select|textarea|button)[^>]* name="([a-z_]+)"/g,
    )
    return Array.from(fields, ([, component, plain]) => component ?? plain ?? '')
  })
  const known = new Set([...writtenFields, ...forgotten.split(' '), '_csrf'])
  assert.ok(names.length > 20)
  assert.deepEqual(
    [...new Set(names)].filter((name) => !known.has(name)),
    [],
  )
})
