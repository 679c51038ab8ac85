// What holds for every answer of the portal: each page is found by its links and by its routes, as
// a stranger, an owner and the staff.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import express from 'express'
import { staffRoles } from '#server/desk/staff/store.ts'
import { securityHeaders } from '#server/kit/web/headers.ts'
import { untilJudged, useAbusePortal } from '#test/support/desk/abuse.ts'
import { caseOf, reportLetter } from '#test/support/desk/cases.ts'
import { enrolStaff } from '#test/support/desk/staff.ts'
import { accountIdOf, hanna, register } from '#test/support/people.ts'
import type { Answer, Visitor } from '#test/support/visitor.ts'

const server = new URL('../../../server/', import.meta.url)

/** Every path that some router answers GET for, with `x` for what a placeholder stands for. */
const routes = readdirSync(server, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .flatMap((name) => [
    ...readFileSync(new URL(name, server), 'utf8').matchAll(
      /\.(?:get|route)\(\s*\[?\s*'(\/[^']*)'/g,
    ),
  ])
  .map((found) => (found[1] ?? '').replace(/:\w+/g, 'x'))

const people: { who: string; visitor: Visitor }[] = []
const portal = useAbusePortal(
  { env: { BASE_URL: 'https://account.postern.example' } },
  async (portal) => {
    const owner = await register(portal, hanna)
    const accountId = await accountIdOf(portal, hanna.login)
    await reportLetter(portal, { accountId, login: hanna.login })
    await untilJudged(portal)
    const { visitor: staff } = await enrolStaff(portal, 'ada.all', ...staffRoles)
    await staff.get(`/staff/cases/${await caseOf(portal, accountId)}`)
    people.push(
      { who: 'a stranger', visitor: portal.visitor() },
      { who: 'an owner', visitor: owner },
    )
    people.push({ who: 'the staff', visitor: staff })
  },
)

const linksOf = ({ html, location }: Answer) =>
  [
    location ?? '',
    ...[...html.matchAll(/(?:href|src|action)="(\/[^"#]*)/g)].map((found) => found[1] ?? ''),
  ]
    .map((link) => link.replaceAll('&amp;', '&'))
    // The gallery's samples lead nowhere.
    .filter(
      (link) =>
        link.startsWith('/') && !link.startsWith('/dev/pages') && !/^\/dev\/mails|lang=/.test(link),
    )

/** Headers that belong to the connection or to the moment. */
const passing = new Set([
  'date',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'set-cookie',
  'retry-after',
])

const headersOf = (answer: Answer, ownLength: boolean) =>
  [...answer.headers].filter(
    ([name]) => !passing.has(name) && (ownLength || name !== 'content-length'),
  )

const isText = (type: string) => /^text\/|json|xml|javascript|svg/.test(type)

function judge(who: string, path: string, page: Answer, head: Answer): void {
  const what = `${path} for ${who}`
  assert.ok(page.status < 500, `${what}: ${page.status}`)
  assert.ok(page.headers.get('cache-control'), `${what} has no Cache-Control`)
  const type = page.headers.get('content-type') ?? ''
  if (isText(type)) assert.match(type, /; ?charset=utf-8$/i, `${what}: ${type}`)
  assert.equal(head.html, '', `${what}: HEAD has a body`)
  assert.equal(head.status, page.status, `${what}: HEAD has another status`)
  // A look of the staff is written down, and then on the page.
  assert.deepEqual(
    headersOf(head, !path.startsWith('/staff')),
    headersOf(page, !path.startsWith('/staff')),
    what,
  )
  for (const cookie of page.headers.getSetCookie()) {
    assert.match(cookie, /^__Host-[a-z-]+=/, `${what} sets ${cookie}`)
    assert.match(cookie, /; Path=\/(?:;|$)/, `${what} sets ${cookie}`)
    for (const word of ['Secure', 'HttpOnly', 'SameSite='])
      assert.ok(cookie.includes(word), `${what}: ${cookie}`)
  }
}

test('every answer, also to HEAD, has a Cache-Control, a charset and cookie prefixes', async () => {
  for (const { who, visitor } of people) {
    const known = new Set(['/', '/nowhere', '/.well-known/%ff', '/service-worker.js', ...routes])
    for (const path of known) {
      // A message about an earlier page is shown once, to whichever request comes first.
      visitor.cookies.delete('__Host-done')
      const head = await visitor.send(path, undefined, {}, 'HEAD')
      const page = await visitor.get(path)
      // Of the token of a form, which only the first answer brings, the length is the same.
      judge(who, path, page, head)
      if (known.size < 600) for (const link of linksOf(page)) known.add(link)
    }
    assert.ok(known.size > 60, `${who} found ${known.size} pages`)
  }
})

test('over https every cookie of ours has the prefix that binds it to the host', async () => {
  const seen = new Set<string>()
  const visitor = portal.visitor()
  const note = (answer: Answer) => {
    for (const cookie of answer.headers.getSetCookie()) {
      assert.match(cookie, /^__Host-[^;]+; .*Path=\/;.*Secure/, cookie)
      seen.add(/^__Host-([a-z-]+)/.exec(cookie)?.[1] ?? '')
    }
    return answer
  }
  note(await visitor.get('/sign-in?lang=de'))
  note(await visitor.post('/sign-in', { login: hanna.login, password: hanna.password }))
  note(await visitor.post('/account/password', { password: 'the storks came back late' }))
  assert.match(note(await visitor.get('/account?lang=en')).html, /password/i)
  note(await visitor.post('/recover', { login: hanna.login }))
  const reported = await visitor.post('/report', {
    sender: `${hanna.login}@postern.example`,
    kind: 'spam',
    note: 'x',
  })
  assert.equal(note(reported).status, 303, reported.errors.join())
  assert.equal((await visitor.get('/report/sent')).page, 'report-sent')
  for (const name of ['csrf', 'lang', 'session', 'device', 'done', 'recovery', 'report'])
    assert.ok(seen.has(name), `no cookie ${name} among ${[...seen].join()}`)
})

test('HSTS lasts two years, for this host alone, and only over https', async () => {
  const { headers } = await portal.visitor().get('/sign-in')
  assert.equal(headers.get('strict-transport-security'), 'max-age=63072000')
  const plain = express()
    .use(securityHeaders(false))
    .get('/', (_req, res) => void res.send('x'))
  const server = plain.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  server.close()
  assert.equal(answer.headers.get('strict-transport-security'), null)
})
