// What people type as the name of a mailbox, and how the form leads them on.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer } from '#test/support/visitor.ts'

const password = 'zwei Störche im Nebel'
const offeredOn = ({ html }: Answer) =>
  [...html.matchAll(/href="\/register\?login=([^"]+)"/g)].map(([, name]) => name ?? '')

describe('the form of registration', () => {
  const portal = usePortal({ freshLimits: true })
  const send = (login: string, typed = password, lang = 'en') =>
    portal.visitor().post(`/register?lang=${lang}`, { login, password: typed })

  it('tells of a taken name and of a weak password at once, and offers free names', async () => {
    await register(portal, { login: 'nadzeja', password })
    const refused = await send('nadzeja', 'short')
    assert.equal(refused.status, 422)
    assert.deepEqual(refused.errors, ['login.taken', 'password.too-short'])
    assert.ok(offeredOn(refused).length > 0)
    assert.doesNotMatch(refused.html, /value="short"/)
    const free = await send('nadzeja.free', 'short')
    assert.deepEqual(free.errors, ['password.too-short'])
  })

  it('reads our own domain off a whole address', async () => {
    const refused = await send('Anna.K@Postern.Example', 'short')
    assert.deepEqual(refused.errors, ['password.too-short'])
    assert.match(refused.html, /value="Anna.K"/)
    const made = await send(' anna.k@postern.example. ')
    assert.equal(made.location, '/account/welcome')
    assert.ok(await portal.db('accounts').where({ address: 'anna.k@postern.example' }).first())
  })

  it('says plainly that a domain is foreign, and offers the name without it', async () => {
    const refused = await send('anna.foreign@gmail.com')
    assert.deepEqual([refused.status, refused.errors], [422, ['login.foreign-domain']])
    assert.match(refused.html, /belongs to another provider.*<wbr>@postern\.example/)
    assert.match(refused.html, /value="anna\.foreign@gmail\.com"/)
    assert.deepEqual(offeredOn(refused), ['anna.foreign'])
  })

  it('offers a Cyrillic name in Latin letters, and never takes it by itself', async () => {
    for (const [lang, typed, latin] of [
      ['be', 'Ганна Кавальчук', 'hanna.kavalcuk'],
      ['ru', 'Сергей', 'sergei'],
      ['en', 'Згурівський', 'zghurivskyi'],
      ['de', 'Müller', 'mueller'],
    ] as const) {
      const refused = await send(typed, password, lang)
      assert.deepEqual([refused.status, refused.errors], [422, ['login.characters']], typed)
      assert.deepEqual(offeredOn(refused), [latin])
      assert.match(refused.html, new RegExp(`value="${typed}"`))
      assert.equal(
        await portal
          .db('accounts')
          .where({ address: `${latin}@postern.example` })
          .first(),
        undefined,
      )
      const page = await portal.visitor().get(`/register?login=${latin}`)
      assert.match(page.html, new RegExp(`value="${latin}"`))
    }
  })

  it('offers free names where the Latin spelling is taken', async () => {
    await register(portal, { login: 'siarhiej.liauko', password })
    const refused = await send('Сяргей Ляўко')
    assert.deepEqual(refused.errors, ['login.characters'])
    const said = /The name siarhiej\.liauko, or one very like it, is taken/
    assert.match(refused.html, said)
    assert.match((await send('siarhiej.liauko@gmail.com')).html, said, 'no other letters')
    const names = offeredOn(refused)
    assert.ok(names.length > 0 && !names.includes('siarhiej.liauko'), names.join())
    const made = await send(names[0] ?? '')
    assert.equal(made.location, '/account/welcome')
  })

  it('offers nothing for a name that the service keeps for itself', async () => {
    const refused = await send('админ')
    assert.deepEqual(refused.errors, ['login.characters'])
    assert.deepEqual(offeredOn(refused), [])
  })
})

describe('a look at a name from a refused form', () => {
  const portal = usePortal({
    freshLimits: true,
    env: { LIMIT_REGISTRATIONS_PER_IP_HOUR: '3', TRUSTED_PROXIES: 'loopback' },
  })

  it('a refused form tells of a taken name only as often as names can be registered', async () => {
    for (const login of ['first.taken', 'second.taken'])
      assert.equal(
        (await portal.visitor('192.0.2.200').post('/register', { login, password })).status,
        303,
      )
    const visitor = portal.visitor('198.51.100.7')
    const errors = async (login: string) =>
      (await visitor.post('/register', { login, password: 'short' })).errors
    const taken = ['login.taken', 'password.too-short']
    assert.deepEqual(await errors('first.taken'), taken)
    assert.deepEqual(await errors('first_taken'), taken, 'the same name costs nothing again')
    assert.deepEqual(await errors('free.one'), ['password.too-short'])
    assert.deepEqual(await errors('free.two'), ['password.too-short'])
    assert.deepEqual(await errors('second.taken'), ['password.too-short'], 'one look too many')
    assert.deepEqual(await errors('first.taken'), taken, 'it was told before')
    const cyrillic = await visitor.post('/register', { login: 'секонд', password })
    assert.deepEqual(offeredOn(cyrillic), ['sekond'], 'offered without a look')
  })

  it('pays for the registration of that name', async () => {
    const visitor = portal.visitor('198.51.100.8')
    const send = (login: string, typed = password) =>
      portal.visitor('198.51.100.8').post('/register', { login, password: typed })
    for (const login of ['mine.one', 'mine.two', 'mine.three'])
      assert.equal((await visitor.post('/register', { login, password: 'short' })).status, 422)
    const both = await Promise.all([send('mine.one'), send('mine.one')])
    assert.deepEqual(both.map(({ status }) => status).sort(), [303, 429])
    assert.equal((await send('mine.two')).status, 303)
    assert.equal((await send('mine.four')).status, 429)
  })
})

describe('the form of registration at a portal with several domains', () => {
  const portal = usePortal({
    env: { MAIL_DOMAINS: 'postern.example,пошта.бел' },
  })

  it('chooses the domain that was typed with the name', async () => {
    const refused = await portal
      .visitor()
      .post('/register', { login: 'anna@Пошта.бел', domain: 'postern.example', password: 'short' })
    assert.deepEqual(refused.errors, ['password.too-short'])
    assert.match(refused.html, /value="anna"/)
    assert.match(refused.html, /<option value="xn--80a1acn3a\.xn--90ais" selected>@пошта\.бел</)
    const made = await portal
      .visitor()
      .post('/register', { login: 'anna@пошта.бел', domain: 'postern.example', password })
    assert.equal(made.location, '/account/welcome')
    assert.ok(
      await portal.db('accounts').where({ address: 'anna@xn--80a1acn3a.xn--90ais' }).first(),
    )
  })
})
