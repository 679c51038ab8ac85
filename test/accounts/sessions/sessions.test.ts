import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { deleteSession, updateSession } from '#server/accounts/sessions/store.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import { hanna, piotr, register, signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

let phone: Visitor
const portal = usePortal({}, async (portal) => {
  phone = await register(portal, hanna)
  await register(portal, piotr)
})

const isSignedIn = async (visitor: Visitor) => (await visitor.get('/account')).status === 200
const endForms = (html: string) =>
  [...html.matchAll(/action="(\/account\/sessions\/[0-9a-f-]{36}\/end)"/g)].map(
    (match) => match[1] ?? '',
  )

test('a person sees where they are signed in, ends one device, then all others', async () => {
  const desk = await signIn(portal, hanna)
  const library = await signIn(portal, hanna)
  const { html } = await phone.get('/account/sessions')
  const forms = endForms(html)
  assert.equal(forms.length, 2, 'the device in hand is ended by signing out')
  const answer = await phone.post(forms[0] ?? '', {}, { from: '/account/sessions' })
  assert.deepEqual([answer.status, answer.location], [303, '/account/sessions'])
  assert.deepEqual(
    [await isSignedIn(phone), (await isSignedIn(desk)) !== (await isSignedIn(library))],
    [true, true],
  )
  await phone.post('/account/sessions/end-others', {}, { from: '/account/sessions' })
  assert.deepEqual(
    [await isSignedIn(phone), await isSignedIn(desk), await isSignedIn(library)],
    [true, false, false],
  )
})

test('nobody ends another person’s session', async () => {
  const stranger = await signIn(portal, piotr)
  await signIn(portal, hanna)
  const [path = ''] = endForms((await phone.get('/account/sessions')).html)
  await stranger.post(path, {}, { from: '/account/sessions' })
  assert.equal(endForms((await phone.get('/account/sessions')).html).length, 1)
  assert.equal(
    (await stranger.post('/account/sessions/nonsense/end', {}, { from: '/account/sessions' }))
      .status,
    404,
  )
})

test('a new password ends the other sessions and renews the id of this one', async () => {
  const other = await signIn(portal, hanna)
  const copied = new Map(phone.cookies)
  await phone.post('/account/password', { password: 'the storks came back late' })
  assert.deepEqual([await isSignedIn(phone), await isSignedIn(other)], [true, false])
  const thief = portal.visitor()
  for (const [name, value] of copied) thief.cookies.set(name, value)
  assert.equal(await isSignedIn(thief), false, 'a copy of the old cookie is worth nothing')
})

test('the session id changes at sign-in, so a planted one is worth nothing', async () => {
  const victim = portal.visitor()
  victim.cookies.set('session', 's%3Aplanted.signature')
  await signIn(portal, piotr, victim)
  assert.notEqual(victim.cookies.get('session'), 's%3Aplanted.signature')
})

test('a session id is 256 random bits, in a cookie that is HttpOnly and SameSite', async () => {
  const { login, password } = piotr
  const { headers } = await portal.visitor().post('/sign-in', { login, password })
  const cookie = headers.getSetCookie().find((each) => each.startsWith('session=')) ?? ''
  assert.match(cookie, /^session=s%3A[\w-]{43}\.[^;]+; Path=\/; HttpOnly; SameSite=Lax$/)
})

test('the database keeps no session id that opens a session', async () => {
  const id =
    decodeURIComponent(phone.cookies.get('session') ?? '')
      .slice(2)
      .split('.')[0] ?? ''
  assert.match(id, /^[\w-]{43}$/)
  const { rows } = await portal.db.raw('select row_to_json(s)::text as text from sessions s')
  for (const { text } of rows) assert.ok(!text.includes(id))
})

test('a session ends after an idle hour, and after twelve hours in any case', async () => {
  const visitor = await signIn(portal, piotr)
  portal.clock.advance(50 * 60_000)
  assert.equal(await isSignedIn(visitor), true)
  portal.clock.advance(61 * 60_000)
  assert.equal(await isSignedIn(visitor), false)
  const steady = await signIn(portal, piotr)
  for (let hours = 0; hours < 13; hours += 0.75) {
    if (hours < 12) assert.equal(await isSignedIn(steady), true, `after ${hours} h`)
    portal.clock.advance(45 * 60_000)
  }
  assert.equal(await isSignedIn(steady), false)
})

test('a blocked account is signed out at once and refused with the right password', async () => {
  const visitor = await signIn(portal, piotr)
  await portal
    .db('accounts')
    .where({ address: 'piotr@postern.example' })
    .update({ blocked_at: new Date(), block_reason: 'x' })
  assert.equal(await isSignedIn(visitor), false)
  const answer = await portal.visitor().post('/sign-in', piotr)
  assert.deepEqual([answer.status, answer.location], [303, '/blocked'])
})

test('a session of an earlier epoch, or of an account that is shut, is no session', async () => {
  const person = { login: 'shut.out', password: 'nine geese over the marsh' }
  const visitor = await register(portal, person)
  const account = portal.db('accounts').where('address', 'like', 'shut.out@%')
  for (const [what, usual] of [
    [{ epoch: 2 }, { epoch: 1 }],
    [{ blocked_at: portal.clock.now(), block_reason: 'spam' }, { blocked_at: null }],
    [{ closed_at: portal.clock.now() }, { closed_at: null }],
    [{ reset_demanded_at: portal.clock.now() }, { reset_demanded_at: null }],
  ] as const) {
    await account.clone().update(what)
    assert.equal(await isSignedIn(visitor), false, Object.keys(what).join())
    await account.clone().update({ block_reason: null, ...usual })
    assert.equal(await isSignedIn(visitor), true, 'the row is still there')
  }
})

test('saving a session that has ended meanwhile does not bring it back', async () => {
  const { db } = portal
  const visitor = await register(portal, { login: 'ended', password: 'nine geese over the marsh' })
  const [, id = ''] =
    /^s:([^.]+)/.exec(decodeURIComponent(visitor.cookies.get('session') ?? '')) ?? []
  const idDigest = hashToken(id)
  const row = () => db('sessions').where({ id_digest: idDigest }).first()
  const before = await row()
  await db('accounts').where({ id: before.account_id }).update({ epoch: 2 })
  await updateSession(db, idDigest, { confirmedAt: 1 })
  assert.deepEqual(await row(), before, 'of an earlier epoch')
  await deleteSession(db, idDigest)
  await updateSession(db, idDigest, { confirmedAt: 1 })
  assert.equal(await row(), undefined)
})

test('after ten minutes a page that needs a fresh password asks for it', async () => {
  const visitor = await signIn(portal, { ...hanna, password: 'the storks came back late' })
  assert.equal((await visitor.get('/account/password')).status, 200)
  portal.clock.advance(11 * 60_000)
  const asked = await visitor.get('/account/password')
  assert.equal(asked.location, '/account/confirm-password?next=%2Faccount%2Fpassword')
  const wrong = await visitor.post('/account/confirm-password', { password: 'wrong wrong wrong' })
  assert.deepEqual([wrong.status, wrong.errors], [422, ['password.wrong']])
  const right = await visitor.post('/account/confirm-password', {
    password: 'the storks came back late',
    next: '/account/password',
  })
  assert.deepEqual([right.status, right.location], [303, '/account/password'])
  assert.equal((await visitor.get('/account/password')).status, 200)
})

test('a confirmed password is saved before the redirect is sent', async () => {
  const visitor = await signIn(portal, { ...hanna, password: 'the storks came back late' })
  const body = new URLSearchParams({
    _csrf: await visitor.token('/account/confirm-password'),
    password: 'the storks came back late',
  })
  const cookie = [...visitor.cookies].map((pair) => pair.join('=')).join('; ')
  let headSent = false
  const asked = await portal.db.transaction(async (trx) => {
    await trx('sessions').forUpdate()
    const answer = fetch(`${portal.url}/account/confirm-password`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body,
    }).finally(() => {
      headSent = true
    })
    await eventually(async () => {
      const { rows } = await trx.raw(
        "select 1 from pg_locks where not granted and locktype in ('tuple', 'transactionid')",
      )
      return rows.length > 0
    })
    await setTimeout(50)
    assert.equal(headSent, false)
    return { answer }
  })
  assert.equal((await asked.answer).status, 303)
})
