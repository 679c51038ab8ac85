// How much of a request's body is taken.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chunkedRequest, converse } from '#test/support/raw-http.ts'
import { usePortal } from '#test/support/use-portal.ts'

let port: number
const portal = usePortal({ worker: false }, async (portal) => {
  port = Number(new URL(portal.url).port)
})

const form = 'Content-Type: application/x-www-form-urlencoded'
const post = `POST /sign-in HTTP/1.1\r\nHost: localhost\r\n${form}`
const multipart = 'Content-Type: multipart/form-data; boundary=x'
const filePart =
  '--x\r\nContent-Disposition: form-data; name="message_file"; filename="a.eml"\r\n\r\n'
const fieldPart = '--x\r\nContent-Disposition: form-data; name="note"\r\n\r\n'
const flood = 300 * 1024 * 1024

/** Both ends' buffers of the system, which fill before the portal could have stopped anybody. */
const buffers = 12 * 1024 * 1024

const ways: readonly {
  what: string
  line: string
  headers: string
  first?: string
  taken?: number
}[] = [
  { what: 'a form', line: 'POST /sign-in', headers: form },
  { what: 'a form of a page that is none', line: 'POST /nowhere', headers: form },
  { what: 'a type that no page reads', line: 'POST /sign-in', headers: 'Content-Type: text/plain' },
  { what: 'JSON', line: 'POST /register', headers: 'Content-Type: application/json' },
  { what: 'no type', line: 'POST /account/password', headers: 'X-Nothing: x' },
  {
    what: 'a file for a page without one',
    line: 'POST /sign-in',
    headers: multipart,
    first: filePart,
  },
  { what: 'an unknown method', line: 'PUT /sign-in', headers: form },
  {
    what: 'a page that is only looked at',
    line: 'GET /sign-in',
    headers: 'Content-Type: text/plain',
  },
  { what: 'the head of a page', line: 'HEAD /', headers: form },
  { what: 'a page that is none', line: 'GET /nowhere', headers: form },
  { what: 'a style sheet', line: 'GET /service-worker.js', headers: form },
  { what: 'a probe', line: 'GET /livez', headers: form },
  {
    what: 'what a mail program asks',
    line: 'POST /autodiscover/autodiscover.xml',
    headers: 'Content-Type: text/xml',
  },
  { what: 'what a gateway tells', line: 'POST /hooks/twilio/status/1', headers: form },
  { what: 'a stop link as a form', line: 'POST /stop/x', headers: form },
  { what: 'a stop link in parts', line: 'POST /stop/x', headers: multipart, first: fieldPart },
  { what: 'a stop link as text', line: 'POST /stop/x', headers: 'Content-Type: text/plain' },
  { what: 'a report as text', line: 'POST /report', headers: form, first: 'note=', taken: 4 },
  {
    what: 'a report with a file',
    line: 'POST /report',
    headers: multipart,
    first: filePart,
    taken: 32,
  },
  {
    what: 'a report with a field',
    line: 'POST /report',
    headers: multipart,
    first: fieldPart,
    taken: 32,
  },
  {
    what: 'a report in broken parts',
    line: 'POST /report',
    headers: multipart,
    first: 'no boundary',
    taken: 32,
  },
]

test('a body is cut at its bound, whatever its type and its declared length', async (t) => {
  for (const { what, line, headers, first, taken = 0 } of ways)
    await t.test(what, async () => {
      const head = `${line} HTTP/1.1\r\nHost: localhost\r\n${headers}`
      const answer = await converse(port, chunkedRequest(head, flood, first))
      assert.equal(answer.status, 413, answer.text.slice(0, 300))
      assert.match(answer.text, /^Connection: close\r$/im)
      assert.ok(answer.sent < buffers + taken * 1024 * 1024, `${answer.sent} bytes were taken`)
    })
})

test('an answer that comes before the body reads none of the rest', async () => {
  const refused = [
    { line: 'OPTIONS /sign-in', headers: form, status: 204 },
    { line: 'POST /sign-in', headers: `${form}\r\nSec-Fetch-Site: cross-site`, status: 403 },
  ]
  for (const { line, headers, status } of refused) {
    const answer = await converse(
      port,
      chunkedRequest(`${line} HTTP/1.1\r\nHost: localhost\r\n${headers}`, flood),
    )
    assert.equal(answer.status, status)
    assert.match(answer.text, /^Connection: close\r$/im)
    assert.ok(answer.sent < buffers, `${answer.sent} bytes were taken`)
  }
})

test('a body with too large a declared length is refused unread', async () => {
  const answer = await converse(port, [`${post}\r\nContent-Length: ${flood}\r\n\r\n`])
  assert.equal(answer.status, 413)
  assert.ok(answer.ms < 5000)
})

test('a form slightly too large is read, so that the browser shows a page', async () => {
  const visitor = portal.visitor()
  const body = `_csrf=x&login=${'a'.repeat(100_000)}`
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'accept-language': 'de' }
  const answer = await visitor.send('/sign-in', body, headers)
  assert.equal(answer.status, 413)
  assert.match(answer.html, /<html lang="de"/)
})

test('a body as large as the bound is accepted, and the connection stays open', async () => {
  const rest = 16 * 1024 - 'login='.length
  const body = `login=${'a'.repeat(rest)}`
  const one = `${post}\r\nContent-Length: ${body.length}\r\n\r\n${body}`
  const two = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
  const answer = await converse(port, [one, two])
  assert.equal(answer.status, 403)
  assert.match(answer.text, /HTTP\/1\.1 200 OK[\s\S]*ok$/)
})
