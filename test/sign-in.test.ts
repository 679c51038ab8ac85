import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createHasher } from '#server/password/hasher.ts'
import { hanna, piotr, register, signIn } from './support/people.ts'
import { startTestPortal, type TestPortal } from './support/portal.ts'
import type { Visitor } from './support/visitor.ts'

let portal: TestPortal
let known: Visitor
before(async () => {
  portal = await startTestPortal()
  known = await register(portal, hanna)
  await register(portal, piotr)
})
after(() => portal.stop())

const wrong = (visitor: Visitor, login = hanna.login) =>
  visitor.post('/sign-in', { login, password: 'not the password' })

test('the name alone or the whole address, in any case, signs in', async () => {
  for (const login of ['hanna.k', 'HANNA.K', ' hanna.k@postern.example ', 'Hanna.K@Postern.Example']) {
    await signIn(portal, { ...hanna, login })
  }
})

test('an unknown name and a wrong password get the same answer', async () => {
  const answers = await Promise.all([
    portal.visitor().post('/sign-in', { login: 'nobody.here', password: 'not the password' }),
    portal.visitor().post('/sign-in', { login: 'piotr', password: 'not the password' }),
  ])
  const [left, right] = answers.map(({ status, html, errors, headers }) => ({
    status,
    errors,
    html: html.replace(/name="_csrf" value="[^"]+"/g, '').replace(/value="(nobody\.here|piotr)"/, ''),
    headers: [...headers.keys()].sort(),
  }))
  assert.deepEqual(left, right)
})

test('waits grow with wrong passwords and say when, and a browser that is known keeps its way in', async () => {
  const stranger = portal.visitor()
  for (let n = 0; n < 6; n++) assert.equal((await wrong(stranger)).status, 422)
  const first = await wrong(stranger)
  assert.equal(first.status, 429)
  assert.equal(first.page, 'too-many-tries')
  const wait = Number(first.headers.get('retry-after'))
  assert.ok(wait > 0 && wait <= 60, String(wait))
  const right = await portal.visitor().post('/sign-in', hanna)
  assert.equal(right.status, 429, 'strangers wait, whatever they know')

  await known.post('/sign-out', {}, { from: '/account' })
  await signIn(portal, hanna, known)
})

test('a hundred wrong passwords at once are counted before they are judged', async () => {
  const visitor = portal.visitor()
  const token = await visitor.token()
  const body = new URLSearchParams({ _csrf: token, login: 'piotr', password: 'not the password' }).toString()
  const send = () => visitor.send('/sign-in', body, { 'content-type': 'application/x-www-form-urlencoded' })
  const answers = await Promise.all(Array.from({ length: 100 }, send))
  const judged = answers.filter((each) => each.status === 422).length
  // Five free ones less the one that an earlier test spent, and one through the gate.
  assert.ok(judged <= 6, `${judged} were judged`)
  assert.equal(answers.filter((each) => each.status === 429).length, 100 - judged)
})

test('a verifier made with smaller parameters grows at sign-in', async () => {
  const person = { login: 'volha', password: 'a cup of warm kefir' }
  await register(portal, person)
  const small = await createHasher({ memoryKib: 16, passes: 1 }).hash(person.password)
  await portal.db('accounts').where({ address: 'volha@postern.example' }).update({ password_verifier: small })
  await signIn(portal, person)
  const row = await portal.db('accounts').where({ address: 'volha@postern.example' }).first('password_verifier')
  assert.match(row.password_verifier, /m=64,t=1,p=1/)
  await signIn(portal, person)
})

test('Security: an unknown name costs the same hash as a wrong password', async () => {
  const costly = createHasher({ memoryKib: 4096, passes: 2 })
  const phc = await costly.hash('a password')
  const time = async (verifier: string | null) => {
    const begun = performance.now()
    await costly.verify(verifier, 'not the password')
    return performance.now() - begun
  }
  const samples: { known: number[]; unknown: number[] } = { known: [], unknown: [] }
  for (let n = 0; n < 40; n++) {
    samples.known.push(await time(phc))
    samples.unknown.push(await time(null))
  }
  const median = (list: number[]) => list.sort((left, right) => left - right)[Math.floor(list.length / 2)] ?? 0
  const ratio = median(samples.known) / median(samples.unknown)
  assert.ok(ratio > 0.7 && ratio < 1.4, `ratio ${ratio}`)
})
