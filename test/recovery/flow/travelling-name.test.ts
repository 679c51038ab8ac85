// The name goes along between signing in and recovering, and a reset is told once.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type MethodId, methodIds } from '#server/core/method-ids.ts'
import { awaitCode } from '#test/support/messages/outbox.ts'
import { arrive, register } from '#test/support/people.ts'
import {
  awaitLink,
  begin,
  codeOf,
  comparable,
  equip,
  linkOf,
  setPassword,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'
import { codesOn } from '../recovery-codes/sheets.ts'

const fresh = 'a new and longer sentence'
const portal = usePortal({ freshLimits: true })

const typedIn = ({ html }: Answer) =>
  /<input[^>]* name="login"[^>]*? value="([^"]*)"/.exec(html)?.[1] ?? ''

describe('the name that was typed', () => {
  it('a refused sign-in, the recovery and the next sign-in show the name that was typed', async () => {
    const person = await equip(portal)
    const visitor = portal.visitor()
    assert.equal(typedIn(await visitor.get('/recover')), '')
    await visitor.post('/sign-in', { login: person.login, password: 'not the password' })
    assert.equal(typedIn(await visitor.get('/recover')), person.login)
    const link = await linkOf(portal, await begin(portal, person.login, visitor), person)
    assert.equal(typedIn(await visitor.get('/sign-in')), person.login)
    await visitor.get(link)
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    assert.equal(typedIn(await visitor.get('/sign-in')), person.mailbox)
    const signedIn = await visitor.post('/sign-in', { login: person.mailbox, password: fresh })
    assert.equal(signedIn.location, '/account')
    assert.equal(visitor.cookies.has('typed'), false, 'the next person sees no name')
  })

  it('after a link that was opened in another browser that browser knows the name', async () => {
    const person = await equip(portal)
    const link = await linkOf(portal, await begin(portal, person.login), person)
    const other = portal.visitor()
    await other.get(link)
    await setPassword(other, fresh)
    assert.equal(typedIn(await other.get('/sign-in')), person.mailbox)
  })

  it('who leaves, and who registers instead, leaves no name for the next person', async () => {
    const left = await begin(portal, 'some.body', (await arrive(portal)).visitor)
    assert.equal(left.cookies.has('typed'), true)
    await left.post('/sign-out', {}, { from: '/account' })
    assert.equal(left.cookies.has('typed'), false)
    const other = await begin(portal, 'some.body')
    await other.post('/register', { login: 'another.body', password: fresh })
    assert.equal(other.cookies.has('typed'), false)
  })

  it('the button of the sign-in page begins a recovery of the name typed there', async () => {
    const visitor = portal.visitor()
    const { html } = await visitor.get('/sign-in')
    assert.match(html, /<button [^>]*formaction="\/recover" name="from" value="sign-in"/)
    const fields = { login: 'some.body', password: 'x', from: 'sign-in' }
    const begun = await visitor.post('/recover', fields, { from: '/sign-in' })
    assert.deepEqual([begun.status, begun.location], [303, '/recover/method'])
    const empty = await visitor.post('/recover', { ...fields, login: ' ' }, { from: '/sign-in' })
    assert.deepEqual([empty.status, empty.location], [303, '/recover'], 'no fault yet')
  })

  it('no address names it, and nobody else can read or plant it', async () => {
    const visitor = portal.visitor()
    const answer = await visitor.post('/sign-in', { login: 'some.body', password: 'x' })
    assert.doesNotMatch(answer.html, /(?:href|action)="[^"]*some\.body/)
    assert.doesNotMatch(visitor.cookies.get('typed') ?? 'some.body', /some|body/)
    for (const planted of ['some.body', 'v1.00000000.AAAA', ''])
      assert.equal(
        typedIn(await portal.visitor().get('/sign-in', { cookie: `typed=${planted}` })),
        '',
      )
  })

  it('Every typed name leaves the same cookie, whether or not a mailbox has it.', async () => {
    const known = 'known.name'
    await register(portal, { login: known, password: fresh })
    const lengths = new Set<number>()
    const answers = []
    for (const login of [known, 'nobody.one', 'a much longer name that nobody can have']) {
      const visitor: Visitor = portal.visitor()
      answers.push(comparable(await visitor.post('/recover', { login })))
      lengths.add((visitor.cookies.get('typed') ?? '').length)
    }
    assert.equal(lengths.size, 1)
    for (const answer of answers) assert.deepEqual(answer, answers[0])
  })
})

describe('the notices of a reset', () => {
  const newDevices = async (accountId: string) =>
    (await portal.db('activity').where({ account_id: accountId, event: 'sign-in.new-device' }))
      .length

  it('the sign-in that follows a reset in the same browser sends no second alarm', async () => {
    for (const way of ['code', 'link'] as const) {
      const person = await equip(portal)
      const before = await newDevices(person.accountId)
      const visitor = await begin(portal, person.login)
      if (way === 'link') await visitor.get(await linkOf(portal, visitor, person))
      else await visitor.post('/recover/sms/code', { code: await codeOf(portal, visitor, person) })
      assert.equal((await setPassword(visitor, fresh)).location, '/recover/done', way)
      const signedIn = await visitor.post('/sign-in', { login: person.login, password: fresh })
      assert.equal(signedIn.location, '/account', way)
      assert.equal(await newDevices(person.accountId), before, way)
      const other = portal.visitor()
      await other.post('/sign-in', { login: person.login, password: fresh })
      assert.equal(await newDevices(person.accountId), before + 1, 'another browser is new')
    }
  })
})

describe('the pages of a reset', () => {
  it('method and contact stand on one page: a reset takes four pages and the one that says done', async () => {
    for (const way of ['code', 'link'] as const) {
      const person = await equip(portal)
      const visitor = portal.visitor()
      const pages: (string | undefined)[] = []
      const see = async (path: string) => void pages.push((await visitor.get(path)).page)
      await see('/recover')
      await visitor.post('/recover', { login: person.login })
      await see('/recover/method')
      const from = '/recover/method'
      if (way === 'code') {
        await visitor.post('/recover/sms', { phone: person.phone }, { from })
        await see('/recover/sms/code')
        const code = await awaitCode(portal, person.phone)
        await visitor.post('/recover/sms/code', { code })
      } else {
        const { address } = person
        const asked = await visitor.post('/recover/backup-address', { address }, { from })
        assert.equal(asked.location, '/recover/backup-address/sent')
        await see('/recover/backup-address/sent')
        await visitor.get(await awaitLink(portal, person.address))
      }
      await see('/recover/new-password')
      await setPassword(visitor, fresh)
      await see('/recover/done')
      const proof = way === 'code' ? 'recover-sms-code' : 'recover-backup-address-sent'
      assert.deepEqual(pages, [
        'recover',
        'recover-method',
        proof,
        'recover-new-password',
        'recover-done',
      ])
    }
  })
})

/** Follows redirects as a browser does, and notes each page that is shown. */
function watch(visitor: Visitor) {
  const pages: (string | undefined)[] = []
  async function see(path: string): Promise<Answer> {
    const answer = await visitor.get(path)
    if (answer.location) return await see(answer.location)
    assert.equal(answer.status, 200, path)
    pages.push(answer.page)
    return answer
  }
  async function send(path: string, fields: Record<string, string>) {
    const { status, location = '', errors } = await visitor.post(path, fields)
    assert.equal(status, 303, errors.join())
    return await see(location)
  }
  return { pages, see, send }
}

const methods = '/account/recovery'

/** From the first form of a method to the page that says that it is set. */
const ways: Readonly<Record<MethodId, (seen: ReturnType<typeof watch>) => Promise<unknown>>> = {
  phone: async ({ see, send }) => {
    const phone = '+375291112244'
    await see(`${methods}/phone`)
    await send(`${methods}/phone`, { phone })
    const code = await awaitCode(portal, phone)
    await send(`${methods}/phone/confirm`, { code })
  },
  'backup-address': async ({ see, send }) => {
    const address = 'a.friend@elsewhere.example'
    await see(`${methods}/backup-address`)
    await send(`${methods}/backup-address`, { address })
    const code = await awaitCode(portal, address)
    await send(`${methods}/backup-address/confirm`, { code })
  },
  'security-question': async ({ see, send }) => {
    await see(`${methods}/security-question`)
    const fields = { question: 'first-teacher', answer: 'Раіса Пятроўна' }
    await send(`${methods}/security-question`, fields)
  },
  'recovery-codes': async ({ see, send }) => {
    await see(`${methods}/recovery-codes`)
    const sheet = await send(`${methods}/recovery-codes`, { make: 'yes' })
    const [code = ''] = codesOn(sheet.html)
    await send(`${methods}/recovery-codes`, { code })
  },
}

describe('the pages of signing in and of a new method', () => {
  it('signing in takes one page, also on the way to another page', async () => {
    const { login, password } = await arrive(portal)
    for (const next of ['', methods]) {
      const { pages, see, send } = watch(portal.visitor())
      await see(next || '/sign-in')
      await send('/sign-in', { login, password, next })
      assert.deepEqual(pages, ['sign-in', next ? 'recovery-methods' : 'account'])
    }
  })

  it('each recovery method is set in three pages at most, with the one that says so', async () => {
    const { visitor } = await arrive(portal)
    for (const id of methodIds) {
      const seen = watch(visitor)
      await ways[id](seen)
      assert.ok(seen.pages.length <= 3, seen.pages.join())
      assert.equal(seen.pages.at(-1), 'recovery-methods', id)
    }
  })
})
