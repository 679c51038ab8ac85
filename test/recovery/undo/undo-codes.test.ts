// Where SMS have no links, a phone that was replaced undoes that by a code.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { awaitCode, awaitText, sentTo } from '#test/support/messages/outbox.ts'
import { type Equipped, equip, setPassword } from '#test/support/recovery/recovery.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({
  freshLimits: true,
  env: { SMS_LINKS: 'off', LIMIT_SMS_WAIT_SECONDS: '0.01' },
})
const methods = '/account/recovery'
const strange = 'a sentence of the stranger'
const fresh = 'a new and longer sentence'

/** A stranger with the password links another phone, and sets another password. */
async function takeOver({ browser, address }: Equipped, phone: string): Promise<void> {
  await browser.post(`${methods}/backup-address/remove`, {}, { from: methods })
  await awaitText(portal, address, /removed/)
  await browser.post(`${methods}/phone`, { phone })
  const code = await awaitCode(portal, phone)
  const linked = await browser.post(`${methods}/phone/confirm`, { code })
  assert.equal(linked.location, methods, linked.errors.join())
  const changed = await browser.post('/account/password', { password: strange })
  assert.equal(changed.location, '/account', changed.errors.join())
}

const codeIn = (text: string) => /code ((?:[a-z2-9]{4}-){3}[a-z2-9]{4}) on our site/.exec(text)?.[1]

describe('a code in place of an undo link', () => {
  it('Where an SMS has no link, a phone that was replaced gets a code to undo that.', async () => {
    const person = await equip(portal)
    await takeOver(person, '+375331112233')
    const { text } = await awaitText(portal, person.phone, /password was changed/)
    const code = codeIn(text)
    assert.ok(code, text)
    assert.doesNotMatch(text, /https?:/)
    const visitor = portal.visitor()
    assert.match((await visitor.get('/recover')).html, /href="\/undo"/)
    const led = await visitor.post('/undo', { code: ` ${code.toUpperCase()} ` })
    assert.equal(led.location, `/undo/${code.replaceAll('-', '')}`)
    const page = await visitor.get(led.location)
    assert.deepEqual([page.status, page.page], [200, 'undo'])
    const undone = await visitor.post(led.location, {})
    assert.equal(undone.location, '/recover/new-password')
    assert.equal((await setPassword(visitor, fresh)).location, '/recover/done')
    const { login } = person
    const stranger = await portal.visitor().post('/sign-in', { login, password: strange })
    assert.deepEqual(stranger.errors, ['password.wrong'])
    const owner = portal.visitor()
    await owner.post('/sign-in', { login, password: fresh })
    assert.match((await owner.get(methods)).html, new RegExp(`•• ?.?${person.phone.slice(-2)}`))
    const used = await portal.visitor().post('/undo', { code })
    assert.deepEqual((await portal.visitor().get(used.location ?? '')).errors, ['link.dead'])
  })

  it('a phone that is still linked gets no code, since it recovers access without one', async () => {
    const person = await equip(portal)
    await person.browser.post('/account/password', { password: strange })
    const { text } = await awaitText(portal, person.phone, /password was changed/)
    assert.match(text, /Recover access on our site$/)
    for (const { text } of await sentTo(portal, '+375331112233'))
      assert.equal(codeIn(text), undefined, 'nor does the phone of a stranger')
  })

  it('a code that is none, or nobody’s, is said to be so and stays to be mended', async () => {
    const visitor = portal.visitor()
    for (const [code, error] of [
      [' ', 'code.missing'],
      ['00421799', 'code.shape'],
      ['abcd-2345-efgh-6789', 'code.wrong'],
    ] as const) {
      const refused = await visitor.post('/undo', { code })
      assert.deepEqual([refused.status, refused.errors], [422, [error]])
      assert.ok(code === ' ' || refused.html.includes(`value="${code}"`))
    }
  })
})
