import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { hanna, register } from '#test/support/people.ts'
import { usePortal } from '#test/support/use-portal.ts'
import type { Visitor } from '#test/support/visitor.ts'

const portal = usePortal()

const form = 'application/x-www-form-urlencoded'
const forms = ['/register', '/sign-in']

/** Refused as the sender's fault, and answered at all. */
function assertRefused(status: number, what: string): void {
  assert.ok(status >= 400 && status < 500, `${what}: ${status}`)
}

test('broken bytes, lists, prototypes and endless fields are refused at every form', async () => {
  const bodies: Record<string, (token: string) => string> = {
    'percent signs without digits': (token) => `_csrf=${token}&login=%ZZ%&password=%E0%A4%A`,
    'bytes that are no UTF-8': (token) => `_csrf=${token}&login=%FF%FE&password=%C3%28aaaaaaaaaaaa`,
    'a list for a text': (token) => `_csrf=${token}&login=a&login=b&password=c&password=d`,
    'brackets for a list': (token) => `_csrf=${token}&login[]=a&login[b]=c&password[]=x`,
    'a prototype': (token) =>
      `_csrf=${token}&__proto__=x&__proto__[login]=y&constructor=z&password=aaaaaaaaaaaaaaaa`,
    'a null character': (token) => `_csrf=${token}&login=ab%00cd&password=aaaaaaaaaaaaaa%00`,
    'a lone surrogate': (token) => `_csrf=${token}&login=ab&password=%ED%A0%80aaaaaaaaaaaaa`,
    'ten thousand fields': (token) =>
      `_csrf=${token}&${Array.from({ length: 10_000 }, (_, n) => `f${n}=1`).join('&')}`,
    'a megabyte': (token) => `_csrf=${token}&login=${'a'.repeat(1_000_000)}&password=b`,
    'no field at all': (token) => `_csrf=${token}`,
    nothing: () => '',
  }
  for (const path of forms) {
    for (const [what, body] of Object.entries(bodies)) {
      const visitor = portal.visitor()
      const token = encodeURIComponent(await visitor.token(path))
      const answer = await visitor.send(path, body(token), { 'content-type': form })
      assertRefused(answer.status, `${path}, ${what}`)
    }
  }
})

test('a body that is too large is answered with 413', async () => {
  const visitor = portal.visitor()
  const body = `_csrf=${await visitor.token()}&login=${'a'.repeat(20_000)}`
  assert.equal((await visitor.send('/sign-in', body, { 'content-type': form })).status, 413)
})

test('unknown content types, charsets and encodings are refused', async () => {
  const visitor = portal.visitor()
  const token = await visitor.token()
  const types: Record<string, string>[] = [
    { 'content-type': 'application/json' },
    { 'content-type': 'text/plain' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': `${form}; charset=utf-7` },
    { 'content-type': 'application/xml' },
    { 'content-type': form, 'content-encoding': 'gzip' },
    { 'content-type': form, 'content-encoding': 'nonsense' },
    { 'content-type': ';;;' },
  ]
  for (const headers of types) {
    const answer = await visitor.send('/sign-in', `_csrf=${token}&login=a&password=b`, headers)
    assertRefused(answer.status, JSON.stringify(headers))
  }
})

test('strange addresses are answered with 404 or 400, never with 500', async () => {
  const visitor = portal.visitor()
  const paths = [
    '/%E0%A4%A',
    '/%00',
    '//evil.example/',
    '/account/sessions/%ff/end',
    '/assets/../package.json',
    '/assets/%2e%2e%2fserver',
    '/..%2f..%2fetc/passwd',
    '/__proto__',
    '/constructor',
    `/${'a'.repeat(9000)}`,
    '/sign-in?next=%E0%A4%A',
    '/account/activity?before[]=1',
    '/?lang[]=de&lang=xx',
  ]
  for (const path of paths) {
    const { status } = await visitor.get(path)
    assert.ok(status < 500, `${path}: ${status}`)
  }
})

test('unknown methods and torn requests do not hang', async () => {
  const { port } = new URL(portal.url)
  const lines = [
    'BREW / HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/9.9\r\nHost: x\r\n\r\n',
    '\x00\x01\x02\r\n\r\n',
    'POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde',
    'POST /sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n' +
      'Content-Length: 3\r\n\r\nzzz\r\n',
  ]
  for (const line of lines) {
    const answer = await new Promise<string>((done) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.end(line))
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => done(text))
      socket.on('error', () => done(text))
      socket.setTimeout(5000, () => socket.destroy())
    })
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, JSON.stringify(line))
  }
})

async function sendSignIn(
  visitor: Visitor,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<number> {
  const body = new URLSearchParams({ login: 'a', password: 'b', ...fields }).toString()
  return (await visitor.send('/sign-in', body, { 'content-type': form, ...headers })).status
}

test('a form without its token, or with the token of another browser, is refused', async () => {
  const visitor = portal.visitor()
  await visitor.token()
  assert.equal(await sendSignIn(visitor, {}), 403)
  assert.equal(await sendSignIn(visitor, { _csrf: await portal.visitor().token() }), 403)
})

test('a form from another site is refused', async () => {
  const visitor = portal.visitor()
  const fields = { _csrf: await visitor.token() }
  const send = (headers: Record<string, string>) => sendSignIn(visitor, fields, headers)
  assert.equal(await send({ 'sec-fetch-site': 'cross-site' }), 403)
  assert.equal(await send({ 'sec-fetch-site': 'same-site' }), 403)
  assert.equal(await send({ origin: 'https://evil.example' }), 403)
  assert.equal(await send({ origin: 'null', 'sec-fetch-site': 'same-origin' }), 422)
  assert.equal(await send({ origin: portal.url }), 422)
})

test('the field next never leads to another site', async () => {
  const hostile = [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/%5cevil.example/..//evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/..//evil.example',
    '\\\\evil.example',
    '/./\\/evil.example',
    '/account\r\nSet-Cookie: x=1',
  ]
  await register(portal, hanna)
  for (const next of hostile) {
    const visitor = portal.visitor()
    const answer = await visitor.post('/sign-in', { ...hanna, next })
    assert.equal(answer.status, 303)
    const target = new URL(answer.location ?? '', 'http://own.example')
    assert.equal(target.origin, 'http://own.example', `${next} → ${answer.location}`)
    assert.ok(!answer.location?.startsWith('//'), `${next} → ${answer.location}`)
  }
})

test('text that a person typed comes back as text, never as markup', async () => {
  const answer = await portal
    .visitor()
    .post('/sign-in', { login: '"><script>alert(1)</script>', password: 'x' })
  assert.equal(answer.status, 422)
  assert.doesNotMatch(answer.html, /<script>alert/)
  assert.match(answer.html, /&lt;script&gt;alert/)
})

test('every page forbids caches, frames and foreign content', async () => {
  const { headers } = await portal.visitor().get('/sign-in')
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.match(
    headers.get('content-security-policy') ?? '',
    /default-src 'none'.*frame-ancestors 'none'/,
  )
  assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe/)
  assert.equal(headers.get('referrer-policy'), 'no-referrer')
  assert.equal(headers.get('x-powered-by'), null)
})
