import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { writeTypedCode } from '#server/core/keys/typed-code.ts'
import { newSheet, parseSheetCode } from '#server/recovery/recovery-codes/sheet.ts'
import { dumpDatabase } from '#test/support/dump.ts'
import { awaitCode, sentTo } from '#test/support/messages/outbox.ts'
import { arrive, signIn } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'
import {
  begin,
  equip,
  proveByPhone,
  setPassword,
  undoLinkOf,
} from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'
import { codesOn, giveSheet, makeSheet, page, proveByCode } from './sheets.ts'

const methods = '/account/recovery'
const password = 'бусел над надрукаваным аркушам'
const portal = usePortal({ env: { LIMIT_RECOVERIES_PER_IP_HOUR: '100000' } })

const stored = (accountId: string) =>
  portal.db('printed_codes').where({ account_id: accountId }).orderBy('digest')

test('a printed code has over 112 random bits, so no limit on tries can keep its owner out', () => {
  const signs = new Set<string>()
  for (let sheet = 0; sheet < 400; sheet += 1)
    for (const code of newSheet()) {
      assert.equal(code.length, 24)
      for (const sign of code) signs.add(sign)
    }
  assert.ok(24 * Math.log2(signs.size) > 112, `${signs.size} signs`)
  for (const [one, other] of ['0o', '1l', '1i', 'uv'])
    assert.ok(!(signs.has(one ?? '') && signs.has(other ?? '')), 'signs that look alike')
})

test('a printed code is read however it is typed, and nothing else is read as one', () => {
  const [code = ''] = newSheet()
  const written = writeTypedCode(code)
  assert.match(written, /^(?:[0-9a-z]{4}-){5}[0-9a-z]{4}$/)
  for (const typed of [written, code.toUpperCase(), ` ${written.replaceAll('-', ' – ')}\u200b `])
    assert.equal(parseSheetCode(typed), code)
  for (const typed of [
    '',
    '00421799',
    code.slice(1),
    `${code}2`,
    `${code.slice(1)}0`,
    'я'.repeat(24),
  ])
    assert.equal(parseSheetCode(typed), null, typed)
})

describe('the sheet of an owner', () => {
  it('a new sheet is shown until one of its codes is typed back, and works from then on', async () => {
    const { visitor, accountId, login } = await arrive(portal)
    const codes = await makeSheet(visitor)
    assert.equal(new Set(codes).size, 5)
    assert.deepEqual(await stored(accountId), [])
    const again = (await visitor.get(page)).html
    assert.deepEqual(codesOn(again), codes, 'shown again after a reload')
    assert.match(again, /<title>Printed codes for Postern/, 'said by ear too')
    const early = await begin(portal, login)
    const refused = await early.post('/recover/recovery-codes', { code: codes[0] ?? '' })
    assert.deepEqual([refused.status, refused.errors], [422, ['code.wrong']])

    const typed = await visitor.post(page, { code: codes[3]?.toUpperCase() ?? '' })
    assert.deepEqual([typed.status, typed.location], [303, methods])
    assert.equal((await stored(accountId)).length, 5)
    assert.deepEqual(codesOn((await visitor.get(page)).html), [], 'shown no more')
    const { html } = await visitor.get(methods)
    assert.match(html, /5 codes are left/)
    assert.ok(
      await eventually(async () => (await sentTo(portal, `${login}@postern.example`)).length),
    )
  })

  it('the old sheet works until a code of the new one was typed back', async () => {
    const { visitor, accountId, login } = await arrive(portal)
    const old = await giveSheet(portal, accountId)
    const codes = await makeSheet(visitor)
    await proveByCode(portal, login, old[0])
    for (const [code, error] of [
      ['', 'code.missing'],
      ['12345', 'code.shape'],
      [old[0] ?? '', 'code.wrong'],
      [newSheet()[0] ?? '', 'code.wrong'],
    ]) {
      const refused = await visitor.post(page, { code: code ?? '' })
      assert.deepEqual([refused.status, refused.errors], [422, [error]])
      assert.deepEqual(codesOn(refused.html), codes, 'the sheet stays on the page')
    }
    assert.equal((await visitor.post(page, { code: codes[0] ?? '' })).location, methods)
    const stranger = await begin(portal, login)
    const dead = await stranger.post('/recover/recovery-codes', { code: old[1] ?? '' })
    assert.deepEqual(dead.errors, ['code.wrong'])
    await proveByCode(portal, login, codes[4])
  })

  it('a browser that was closed before a code was typed back changes nothing', async () => {
    const { visitor, accountId } = await arrive(portal)
    await giveSheet(portal, accountId)
    const before = await stored(accountId)
    const [code = ''] = await makeSheet(visitor)
    visitor.cookies.delete('shown-once')
    const late = await visitor.post(page, { code })
    assert.deepEqual([late.status, late.errors], [422, ['code.dead']])
    assert.deepEqual(await stored(accountId), before)
  })

  it('a sheet that was not put in force dies with its session and its epoch', async () => {
    const person = await arrive(portal)
    const [code = ''] = await makeSheet(person.visitor)
    const handed = person.visitor.cookies.get('shown-once') ?? ''
    const other = await signIn(portal, person)
    other.cookies.set('shown-once', handed)
    assert.deepEqual(codesOn((await other.get(page)).html), [])
    assert.deepEqual((await other.post(page, { code })).errors, ['code.dead'])
    await person.visitor.post('/account/password', { password })
    person.visitor.cookies.set('shown-once', handed)
    assert.deepEqual(codesOn((await person.visitor.get(page)).html), [])
    assert.deepEqual((await person.visitor.post(page, { code })).errors, ['code.dead'])
  })

  it('a code of the sheet in force does not pass for one of a new sheet', async () => {
    const { visitor, accountId } = await arrive(portal)
    const [old = ''] = await giveSheet(portal, accountId)
    assert.deepEqual((await visitor.post(page, { code: old })).errors, ['code.dead'])
  })

  it('the text file holds the codes of the page and says what to do with them', async () => {
    const { visitor, login } = await arrive(portal)
    assert.equal((await visitor.get(`${page}/text`)).location, page, 'nothing to download yet')
    const codes = await makeSheet(visitor)
    const file = await visitor.get(`${page}/text`)
    assert.match(String(file.headers.get('content-type')), /^text\/plain; charset=utf-8/)
    assert.match(
      String(file.headers.get('content-disposition')),
      /^attachment; filename=recovery-codes\.txt$/,
    )
    assert.match(String(file.headers.get('cache-control')), /no-store/)
    assert.deepEqual(codesOn(file.html), codes)
    assert.ok(file.html.includes(`${login}@postern.example`) && file.html.includes('/recover'))
  })

  it('few codes are warned about, and used ones are no way back', async () => {
    const { visitor, accountId, login } = await arrive(portal)
    const codes = await giveSheet(portal, accountId)
    const use = async (code = '') => {
      assert.equal(
        (await setPassword(await proveByCode(portal, login, code), `${password} ${code}`)).status,
        303,
      )
      return signIn(portal, { login, password: `${password} ${code}` })
    }
    const warning = /Few printed codes are left/
    assert.doesNotMatch((await visitor.get(methods)).html, warning)
    for (const code of codes.slice(0, 2)) await use(code)
    assert.match((await (await use(codes[2])).get('/account')).html, warning)
    await use(codes[3])
    const { html } = await (await use(codes[4])).get(methods)
    assert.match(html, /All codes of the sheet are used/)
    assert.match(html, /you cannot recover access to this mailbox/)
  })
})

describe('a recovery by a printed code', () => {
  it('a printed code sets one new password', async () => {
    const person = await equip(portal)
    const [code = ''] = await giveSheet(portal, person.accountId)
    const browsers = await Promise.all(
      Array.from({ length: 20 }, () => proveByCode(portal, person.login, code)),
    )
    const answers = await Promise.all(
      browsers.map((browser, nth) => setPassword(browser, `${password} ${nth}`)),
    )
    assert.equal(answers.filter(({ location }) => location === '/recover/done').length, 1)
    const used = (await stored(person.accountId)).filter(({ used_at }) => used_at)
    assert.equal(used.length, 1)
    const again = await begin(portal, person.login)
    const dead = await again.post('/recover/recovery-codes', { code })
    assert.deepEqual([dead.status, dead.errors], [422, ['code.wrong']])
  })

  it('a code that was typed and not used stays good', async () => {
    const person = await equip(portal)
    const [code = ''] = await giveSheet(portal, person.accountId)
    await proveByCode(portal, person.login, code)
    const visitor = await proveByCode(portal, person.login, code)
    assert.equal((await setPassword(visitor, password)).location, '/recover/done')
  })

  it('a sheet that was made since the flow began proves nothing', async () => {
    const { visitor: owner, login } = await arrive(portal)
    const visitor = await begin(portal, login)
    portal.clock.advance(1000)
    const codes = await makeSheet(owner)
    assert.equal((await owner.post(page, { code: codes[0] ?? '' })).location, methods)
    await visitor.post('/recover/recovery-codes', { code: codes[1] ?? '' })
    const set = await setPassword(visitor, password)
    assert.notEqual(set.location, '/recover/done')
    assert.equal((await portal.visitor().post('/sign-in', { login, password })).status, 422)
  })

  it('only digests of printed codes are kept', async () => {
    const { visitor, login } = await arrive(portal)
    const codes = await makeSheet(visitor)
    await visitor.post(page, { code: codes[0] ?? '' })
    await proveByCode(portal, login, codes[1])
    const dump = await dumpDatabase(portal.db)
    for (const code of codes)
      for (const clear of [code, code.replaceAll('-', '')]) assert.ok(!dump.includes(clear))
  })

  it('a name without a sheet gets the same page and the same answer', async () => {
    const person = await equip(portal)
    await giveSheet(portal, person.accountId)
    const [wrong = ''] = newSheet()
    const seen: unknown[] = []
    for (const login of [person.login, 'nobody.at.all']) {
      const visitor = await begin(portal, login)
      const page = await visitor.get('/recover/recovery-codes')
      const refused = await visitor.post('/recover/recovery-codes', { code: wrong })
      const clean = (html: string) =>
        html.replaceAll(login, '…').replace(/name="_csrf" value="[^"]+"/g, '')
      seen.push([
        page.status,
        clean(page.html),
        refused.status,
        refused.errors,
        clean(refused.html),
      ])
    }
    assert.deepEqual(seen[0], seen[1])
  })

  it('a sheet that came lately is in doubt after a reset by an older contact', async () => {
    const person = await equip(portal)
    const codes = await makeSheet(person.browser)
    assert.equal((await person.browser.post(page, { code: codes[0] ?? '' })).location, methods)
    portal.clock.advance(1000)
    const reset = await setPassword(await proveByPhone(portal, person, 2), password)
    assert.equal(reset.location, '/recover/done')
    const stranger = await begin(portal, person.login)
    const refused = await stranger.post('/recover/recovery-codes', { code: codes[1] ?? '' })
    assert.deepEqual(refused.errors, ['code.wrong'])
    const owner = await signIn(portal, { login: person.login, password })
    assert.match((await owner.get(methods)).html, /data-doubtful="recovery-codes"/)
    const next = await makeSheet(owner)
    assert.equal((await owner.post(page, { code: next[0] ?? '' })).location, methods)
    await proveByCode(portal, person.login, next[1])
  })

  it('a contact that came after the sheet is in doubt after a reset by a code, and undoes nothing', async () => {
    const { visitor, accountId, login } = await arrive(portal)
    const codes = await giveSheet(portal, accountId)
    const phone = '+375297774411'
    await visitor.post(`${methods}/phone`, { phone })
    const code = await awaitCode(portal, phone)
    assert.equal((await visitor.post(`${methods}/phone/confirm`, { code })).location, methods)
    const reset = await setPassword(await proveByCode(portal, login, codes[0]), password)
    assert.equal(reset.location, '/recover/done')
    const link = await undoLinkOf(portal, phone)
    assert.equal((await portal.visitor().post(link)).location, '/recover')
    const owner = await signIn(portal, { login, password })
    assert.match((await owner.get(methods)).html, /data-doubtful="phone"/)
  })

  it('a sheet that a stranger made opens nothing once its owner has undone it', async () => {
    const person = await equip(portal)
    const codes = await makeSheet(person.browser)
    assert.equal((await person.browser.post(page, { code: codes[0] ?? '' })).location, methods)
    const link = await undoLinkOf(portal, person.address)
    assert.equal((await portal.visitor().post(link)).location, '/recover/new-password')
    const stranger = await begin(portal, person.login)
    const refused = await stranger.post('/recover/recovery-codes', { code: codes[1] ?? '' })
    assert.deepEqual(refused.errors, ['code.wrong'])
  })
})
