import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({ worker: false, env: { CACHE_VIEWS: 'on' } })

const withoutToken = (html: string) => html.replace(/(name="_csrf" value=")[^"]+/g, '$1')
const tokenIn = (html: string) => /name="_csrf" value="([^"]+)"/.exec(html)?.[1]

describe('a page that is the same for all', () => {
  it('a page kept for all has a token for each browser that works nowhere else', async () => {
    const [first, second] = [portal.visitor(), portal.visitor()]
    const [one, two] = [await first.get('/sign-in'), await second.get('/sign-in')]
    assert.equal(withoutToken(one.html), withoutToken(two.html))
    assert.notEqual(tokenIn(one.html), tokenIn(two.html))
    const send = (visitor: typeof first, html: string) =>
      visitor.send(
        '/sign-in',
        new URLSearchParams({ _csrf: tokenIn(html) ?? '', login: 'x', password: 'y' }).toString(),
        {
          'content-type': 'application/x-www-form-urlencoded',
        },
      )
    assert.equal((await send(first, one.html)).status, 422)
    assert.equal((await send(second, one.html)).status, 403)
  })

  it('a page kept for all states its length in bytes in every language', async () => {
    for (const [lang, word] of [
      ['be', 'Увайсці'],
      ['ru', 'Войти'],
      ['en', 'Sign in'],
      ['de', 'Anmelden'],
    ] as const)
      for (let round = 0; round < 2; round += 1) {
        const response = await fetch(`${portal.url}/sign-in`, {
          headers: { 'accept-language': lang },
        })
        const bytes = Buffer.from(await response.arrayBuffer())
        assert.equal(Number(response.headers.get('content-length')), bytes.length)
        assert.match(bytes.toString('utf8'), new RegExp(`<html lang="${lang}">[\\s\\S]*${word}`))
      }
  })

  it('a page that is kept for all shows nothing about anybody', async () => {
    const visitor = portal.visitor()
    const refused = await visitor.post('/sign-in', {
      login: 'hanna.of.all',
      password: 'not her password',
    })
    assert.match(refused.html, /hanna\.of\.all/)
    const led = await visitor.get('/sign-in?next=/account/sessions')
    assert.match(led.html, /name="next" value="\/account\/sessions"/)
    const other = await portal.visitor().get('/sign-in')
    assert.doesNotMatch(other.html, /hanna\.of\.all|name="next"|data-error/)
    assert.equal(other.status, 200)
  })

  it('a page kept for all is another one for somebody who is signed in', async () => {
    const person = { login: 'kept.hanna', password: 'бусел ляціць над вёскай' }
    const browser = await register(portal, person)
    const before = await portal.visitor().get('/')
    assert.match((await browser.get('/')).html, /kept\.hanna/)
    assert.equal(withoutToken((await portal.visitor().get('/')).html), withoutToken(before.html))
  })
})

describe('the style sheet', () => {
  it('the style sheet is compressed as the browser accepts it, and always the same', async () => {
    const { html } = await portal.visitor().get('/sign-in')
    const path =
      /href="(\/assets\/postern-[^"]+\.css)"/.exec(html)?.[1] ?? assert.fail('no style sheet')
    const ask = async (encoding: string) => {
      const response = await fetch(portal.url + path, { headers: { 'accept-encoding': encoding } })
      return { received: response.headers.get('content-encoding'), text: await response.text() }
    }
    const plain = await ask('identity')
    assert.equal(plain.received, null)
    for (const encoding of ['br', 'gzip', 'br', 'gzip'])
      assert.deepEqual(await ask(encoding), { received: encoding, text: plain.text })
  })
})
