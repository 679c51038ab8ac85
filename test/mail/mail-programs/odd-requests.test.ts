// Requests as mail programs really send them, word for word.
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerAutodiscoverJson } from '#server/mail/mail-programs/outlook-json.ts'
import { judgeDomain, userNameOf } from '#server/mail/mail-programs/own-address.ts'
import {
  faultsAgainst,
  protocolsInAutodiscover,
  serversInAutoconfig,
} from '#test/support/mail-programs/read-answers.ts'
import { converse } from '#test/support/raw-http.ts'
import { usePortal } from '#test/support/use-portal.ts'

const domains = ['post.example', 'example.by']
const portal = usePortal({ worker: false, env: { MAIL_DOMAINS: domains.join(',') } })
const autoconfig = '/mail/config-v1.1.xml'
const ask = (path: string, headers?: Record<string, string>) => portal.visitor().get(path, headers)
const userNamesIn = (xml: string) =>
  new Set(serversInAutoconfig(xml).map(({ fields }) => fields.username))

describe('Thunderbird, Evolution and their kin', () => {
  it('the answer depends on the domain alone, however a program masks the name', async () => {
    const plain = (await ask(autoconfig)).html
    for (const query of [
      'emailaddress=EVOLUTIONUSER%40post.example&emailmd5=0bc83cb571cd1c50ba6f3e8a78ef1346',
      'emailaddress=',
      'emailaddress=%25EMAILADDRESS%25',
      'emailaddress=%25EMAILLOCALPART%25%40%25EMAILDOMAIN%25',
      'emailaddress=o%27neil%40post.example',
      'emailaddress=%D0%B0%D0%BD%D0%BD%D0%B0%40post.example',
      'emailaddress=_anna%40post.example',
      'emailaddress=anna%40post.example.',
      'emailaddress=post.example',
      'emailaddress=anna%40post.example&emailaddress=anna%40post.example',
    ]) {
      const answer = await ask(`${autoconfig}?${query}`)
      assert.deepEqual([answer.status, answer.html], [200, plain], query)
      assert.equal(answer.headers.get('set-cookie'), null)
    }
  })

  it('a foreign domain gets 404 and what names no domain gets 400', async () => {
    for (const [query, status] of [
      ['anna%40gmail.com', 404],
      ['%D0%B0%40%D0%BF%D0%BE%D1%88%D1%82%D0%B0.example', 404],
      ['gmail.com', 404],
      ['nonsense', 400],
      ['anna%40', 400],
      ['anna%40post.example%00', 400],
      [`${'a'.repeat(400)}%40post.example`, 400],
    ] as const)
      assert.equal((await ask(`${autoconfig}?emailaddress=${query}`)).status, status, query)
    assert.deepEqual(judgeDomain({ a: 'post.example' }, domains), { kind: 'unreadable' })
  })

  it('the user name of a sub-address has no tag, since the mail servers refuse one', async () => {
    const plain = await ask(`${autoconfig}?emailaddress=anna%40post.example`)
    assert.deepEqual([...userNamesIn(plain.html)], ['%EMAILADDRESS%'])
    for (const typed of ['anna%2Bshop', 'anna+shop', 'Anna%2Bshop%2B2']) {
      const { html } = await ask(`${autoconfig}?emailaddress=${typed}%40post.example`)
      assert.deepEqual([...userNamesIn(html)], ['anna@post.example'], typed)
      assert.deepEqual(await faultsAgainst('autoconfig', html), [])
    }
    assert.equal(userNameOf('anna@post.example'), 'anna@post.example')
  })
})

describe('Outlook', () => {
  const pox = (address: string) =>
    '<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/' +
    'exchange/autodiscover/outlook/requestschema/2006"><Request>' +
    `<EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>http://schemas.microsoft.` +
    'com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>' +
    '</Request></Autodiscover>'

  it('Outlook gets the user name of a sub-address without its tag', async () => {
    const headers = {
      'content-type': 'text/xml',
      authorization: 'Basic YW5uYTpzZWNyZXQ=',
      'x-user-identity': 'anna+shop@post.example',
    }
    const answer = await portal
      .visitor()
      .send('/autodiscover/autodiscover.xml', pox('anna+shop@post.example.'), headers)
    assert.equal(answer.status, 200)
    for (const { LoginName } of protocolsInAutodiscover(answer.html))
      assert.equal(LoginName, 'anna@post.example')
  })

  it('Autodiscover V2 tells where the XML is, as JSON and without a cookie', async () => {
    const url = 'https://autodiscover.post.example/autodiscover/autodiscover.xml'
    const agent = { 'user-agent': 'OutlookMobileCloudService-Autodetect/1.0.0' }
    const known = { Protocol: 'AutodiscoverV1', Url: url }
    for (const path of [
      '/autodiscover/autodiscover.json/v1.0/anna%40post.example?Protocol=AutodiscoverV1',
      '/autodiscover/autodiscover.json/v1.0/anna@post.example?Protocol=AutodiscoverV1',
      '/Autodiscover/Autodiscover.json?Email=anna%40post.example&Protocol=AutodiscoverV1',
      '/autodiscover/autodiscover.json?email=nobody%40post.example&protocol=autodiscoverv1',
      '/autodiscover/autodiscover.json?Protocol=AutodiscoverV1&RedirectCount=1',
    ]) {
      const answer = await ask(path, agent)
      assert.deepEqual([answer.status, JSON.parse(answer.html)], [200, known], path)
      assert.match(answer.headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(answer.headers.get('set-cookie'), null)
    }
    const second = answerAutodiscoverJson(
      { Protocol: 'AutodiscoverV1', Email: 'jan@example.by' },
      domains,
    )
    assert.match(second.body.Url ?? '', /^https:\/\/autodiscover\.example\.by\//)
  })

  it('Autodiscover V2 refuses what we do not have in its own words', async () => {
    for (const [query, status, code] of [
      ['Email=anna%40post.example&Protocol=ActiveSync&RedirectCount=1', 400, 'InvalidProtocol'],
      ['Email=anna%40post.example&Protocol=%3Cscript%3E', 400, 'InvalidProtocol'],
      ['Email=anna%40post.example', 400, 'MandatoryParameterMissing'],
      ['Email=anna%40gmail.com&Protocol=AutodiscoverV1', 404, 'UserNotFound'],
      ['Email=nonsense&Protocol=AutodiscoverV1', 400, 'InvalidUserId'],
    ] as const) {
      const answer = await ask(`/autodiscover/autodiscover.json?${query}`)
      assert.deepEqual([answer.status, JSON.parse(answer.html).ErrorCode], [status, code], query)
      assert.doesNotMatch(answer.html, /script/)
    }
  })

  it('the rest of Exchange gets a short 404 without a page and without a cookie', async () => {
    for (const path of ['/autodiscover/autodiscover.svc', '/autodiscover/x/y.json']) {
      const answer = await ask(path)
      assert.deepEqual([answer.status, answer.html], [404, 'Not Found'])
      assert.equal(answer.headers.get('set-cookie'), null)
    }
  })
})

describe('names that lead to the portal', () => {
  const get = async (host: string, path: string, method = 'GET') => {
    const request = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`
    const { text, status } = await converse(Number(new URL(portal.url).port), [request])
    const [head = '', body = ''] = text.split('\r\n\r\n')
    return {
      status,
      location: /^location: (.*)$/im.exec(head)?.[1],
      head,
      body,
    }
  }

  it('under another name than that of BASE_URL the portal answers programs alone', async () => {
    for (const host of [
      'autoconfig.post.example',
      'AutoDiscover.example.by:8443',
      'mta-sts.post.example',
      'post.example',
    ]) {
      assert.equal((await get(host, autoconfig)).status, 200, host)
      assert.equal((await get(host, '/livez')).status, 200, host)
      for (const path of ['/sign-in', '/register?lang=be', '/', '/account', '/service-worker.js']) {
        const { status, location, head, body } = await get(host, path)
        assert.deepEqual([status, location], [308, portal.url + path], host)
        assert.doesNotMatch(head, /^set-cookie|^strict-transport/im)
        assert.doesNotMatch(body, /<form/)
      }
    }
    assert.equal((await get('autoconfig.post.example', '/sign-in', 'POST')).status, 308)
  })

  it('the name of BASE_URL, addresses and inner names see every page', async () => {
    for (const host of [
      new URL(portal.url).host,
      '127.0.0.1',
      '[::1]:3000',
      'portal:3000',
      'localhost',
    ])
      assert.equal((await get(host, '/sign-in')).status, 200, host)
  })

  it('a redirect to BASE_URL leads nowhere else, whatever the request names', async () => {
    for (const [path, lands] of [
      ['//evil.example/x', '/x'],
      ['http://evil.example/sign-in?a=b', '/sign-in?a=b'],
      ['/%2e%2e//evil.example', '//evil.example'],
    ] as const) {
      const { location } = await get('autoconfig.post.example', path)
      assert.equal(location, portal.url + lands, path)
      assert.equal(new URL(location ?? '').origin, portal.url)
    }
  })

  it('Outlook learns by 302 where to POST, if it asks autodiscover.DOMAIN without TLS', async () => {
    const path = '/autodiscover/autodiscover.xml'
    const { status, location, head } = await get('autodiscover.post.example', path)
    assert.deepEqual([status, location], [302, portal.url + path])
    assert.doesNotMatch(head, /^set-cookie/im)
    assert.equal((await ask(path)).status, 405)
  })
})
