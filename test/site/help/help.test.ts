import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { fromBER } from 'asn1js'
import { parse as parsePlist } from 'fast-plist'
import { ContentInfo, SignedData } from 'pkijs'
import { locales } from '#server/kit/i18n/texts.ts'
import { describeMailServers } from '#server/mail/mail-programs/mail-servers.ts'
import { helpFacts } from '#server/site/help/facts.ts'
import {
  faultsAgainst,
  protocolsInAutodiscover,
  serversInAutoconfig,
} from '#test/support/mail-programs/read-answers.ts'
import { readQrCode } from '#test/support/mail-programs/read-qr-code.ts'
import { selfSigned } from '#test/support/mail-programs/self-signed.ts'
import { hanna, register } from '#test/support/people.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { usePortal } from '#test/support/use-portal.ts'

const portal = usePortal({
  worker: false,
  env: { MAIL_DOMAINS: 'example.by,post.example.by' },
})

const topics =
  'recovery mail-programs devices suspicious-letters spam support moving take-along cookies safety'.split(
    ' ',
  )
const programs = 'iphone android outlook thunderbird apple-mail the-bat other'.split(' ')
const autodiscover = '/autodiscover/autodiscover.xml'

const request = (address: string) =>
  '<Autodiscover xmlns="http://schemas.microsoft.com/exchange/' +
  'autodiscover/outlook/requestschema/2006"><Request>' +
  `<EMailAddress>${address}</EMailAddress></Request></Autodiscover>`

const fetchBytes = async (path: string) =>
  Buffer.from(await (await fetch(portal.url + path)).arrayBuffer())

describe('somebody who looks for help', () => {
  it('the index links every help page in every language, and no link is dead', async () => {
    const visitor = portal.visitor()
    for (const lang of locales) {
      const index = await visitor.get(`/help?lang=${lang}`)
      assert.equal(index.page, 'help-index')
      for (const topic of topics) {
        assert.ok(index.html.includes(`href="/help/${topic}"`), topic)
        const page = await visitor.get(`/help/${topic}`)
        assert.deepEqual([page.status, page.page], [200, `help-${topic}`])
        assert.equal(page.headers.get('content-language'), lang)
        for (const [, href = ''] of page.html.matchAll(/<a[^>]+href="(\/help[^"?#]*)/g)) {
          assert.equal((await visitor.get(href)).status, 200, `${topic} leads to ${href}`)
        }
      }
    }
  })

  it('help pages show the numbers of the settings', async () => {
    const page = await portal.visitor().get('/help/recovery?lang=en')
    assert.match(page.html, /within 60 minutes/)
    assert.match(page.html, /For 72 hours after that/)
    assert.match(
      (await portal.visitor().get('/help/support?lang=en')).html,
      /postmaster@example\.by/,
    )
  })

  it('the page of cookies explains each cookie that the portal sets', async () => {
    const rowOf: Record<string, string> = { done: 'note', lang: 'language', theme: 'colours' }
    for (const name of ['csrf', 'session']) rowOf[name] = 'session'
    for (const name of ['blocked', 'closing', 'recovery', 'report', 'shown-once'])
      rowOf[name] = 'step'
    const source = globSync('server/**/*.ts').map((file) => readFileSync(file, 'utf8'))
    const set = source.flatMap((text) =>
      [...text.matchAll(/cookieName\([^\n]+, '([a-z-]+)'\)|'__Host-([a-z-]+)'/g)].map(
        ([, one, other]) => one ?? other ?? '',
      ),
    )
    assert.ok(set.length > 10)
    const { html } = await portal.visitor().get('/help/cookies?lang=en')
    const t = portal.parts.pages.textsFor({ locale: 'en' } as never)
    for (const name of set)
      assert.ok(html.includes(t(`help-cookies.${rowOf[name] ?? name}.why`)), name)
    assert.match(html, /your own device: 30 days without a click; 180 days at most/)
  })

  it('help says how to take all emails along, with our own server in the command', async () => {
    const { html } = await portal.visitor().get('/help/take-along?lang=en')
    assert.match(
      html,
      /data-copy="imapsync --host1 imap\.example\.by --port1 993 --ssl1 --user1 name@example\.by/,
    )
    assert.match(html, /Keep messages in all folders for this account on this computer/)
    const moving = await portal.visitor().get('/help/moving?lang=en')
    assert.match(moving.html, /href="\/help\/take-along"/)
  })

  it('help explains how to get a letter’s source, and where to forward it', async () => {
    const { html } = await portal.visitor().get('/help/suspicious-letters?lang=en')
    for (const name of [
      'Thunderbird',
      'Outlook',
      'Apple Mail',
      'iPhone',
      'Android',
      'Gmail',
      'Mail.ru',
      'The Bat!',
    ])
      assert.match(html, new RegExp(`<h3[^>]*>[^<]*${name}`), name)
    assert.doesNotMatch(html, /abuse@/)
    const listening = { ...portal.settings, abuseLmtpPort: 24 }
    assert.equal(
      helpFacts(listening, describeMailServers(listening, 'x')).abuseAddress,
      'abuse@example.by',
    )
  })
})

describe('somebody who sets up a mail program', () => {
  it('each mail program has a help page with steps, servers and ports', async () => {
    const visitor = portal.visitor()
    const chooser = await visitor.get('/help/mail-programs?lang=en')
    for (const program of programs) {
      const href = `/help/mail-programs?program=${program}`
      assert.ok(chooser.html.includes(`href="${href}"`), program)
      const page = await visitor.get(href)
      assert.match(
        page.html,
        /imap\.example\.by[\s\S]*993, SSL\/TLS[\s\S]*pop\.example\.by[\s\S]*995, SSL\/TLS/,
      )
      assert.match(page.html, /smtp\.example\.by[\s\S]*465, SSL\/TLS[\s\S]*587, STARTTLS/)
      assert.match(page.html, /whole address/)
    }
    assert.equal(
      (await visitor.get('/help/mail-programs?program=constructor')).page,
      'help-mail-programs',
    )
  })

  it('a typed address appears in the steps, the servers and the links', async () => {
    const page = await portal
      .visitor()
      .get('/help/mail-programs?program=iphone&address=Anna@example.by&lang=en')
    assert.match(page.html, /Enter your name, the address anna@example\.by/)
    assert.match(
      page.html,
      /href="\/help\/mail-programs\/apple\.mobileconfig\?address=anna%40example\.by&amp;lang=en"/,
    )
    assert.match(page.html, /href="\/help\/mail-programs\?address=anna%40example\.by"/)
  })

  it('the help page does not ask a signed-in owner for the address', async () => {
    const visitor = await register(portal, hanna)
    const page = await visitor.get(
      '/help/mail-programs?program=thunderbird&address=other@example.by&lang=en',
    )
    assert.match(page.html, /hanna\.k@example\.by/)
    assert.doesNotMatch(page.html, /other@example\.by|name="address"/)
  })

  it('the steps for Thunderbird quote what Thunderbird shows in that language', async () => {
    const shown = {
      be: [
        'Add Account',
        'Электронная пошта',
        'Full name',
        'Continue',
        'Finish',
        'Увод новага пароля',
      ],
      ru: ['Добавить учётную запись', 'Эл. почта', 'Продолжить', 'Готово', 'Ввести новый пароль'],
      en: ['Add Account', 'Email', 'Sign in with Thundermail', 'Continue', 'Finish', 'Retry'],
      de: ['Konto hinzufügen', 'E-Mail', 'Weiter', 'Abschließen', 'Neues Passwort eingeben'],
    }
    for (const lang of locales) {
      const path = `/help/mail-programs?program=thunderbird&lang=${lang}`
      const { html } = await portal.visitor().get(path)
      for (const label of shown[lang]) assert.ok(html.includes(label), `${lang}: ${label}`)
      assert.doesNotMatch(html, /Existing email account|Bestehendes|Стварыць»|Создать»/)
    }
  })

  it('the help page leaves the tag of a sub-address out of the user name, and says so', async () => {
    const { html } = await portal
      .visitor()
      .get('/help/mail-programs?program=iphone&address=anna%2Bshop@example.by&lang=en')
    assert.match(html, /the user name is anna@example\.by in both places/)
    assert.match(html, /you sign in as anna@example\.by, and emails to anna\+shop@example\.by/)
    assert.match(html, /apple\.mobileconfig\?address=anna%2Bshop%40example\.by/)
    const plain = await portal.visitor().get('/help/mail-programs?address=anna@example.by&lang=en')
    assert.doesNotMatch(plain.html, /you sign in as/)
  })

  it('the help page leads on to a check, and tells that programs ask twice', async () => {
    for (const program of programs) {
      const { html } = await portal.visitor().get(`/help/mail-programs?program=${program}&lang=en`)
      assert.match(html, /Does it work\?[\s\S]*href="\/account\/mail-programs"/)
      assert.match(html, /ask twice: once for receiving and once for sending/)
    }
  })

  it('servers and user name have a button that copies them, without a script in the page', async () => {
    const { html } = await portal
      .visitor()
      .get('/help/mail-programs?program=other&address=anna@example.by&lang=en')
    for (const value of ['imap.example.by', 'smtp.example.by', 'anna@example.by'])
      assert.match(html, new RegExp(`<button type="button"[^>]*data-copy="${value}"[^>]* hidden>`))
    assert.doesNotMatch(html, /<script(?![^>]* src=)|\son\w+=/)
  })

  it('the help page refuses an address that is not of our domains', async () => {
    const visitor = portal.visitor()
    const foreign = await visitor.get('/help/mail-programs?program=outlook&address=anna@gmail.com')
    assert.deepEqual([foreign.status, foreign.errors], [422, ['address.foreign']])
    assert.match(foreign.html, /value="anna@gmail\.com"/)
    const wrong = await visitor.get('/help/mail-programs?address=%3Cscript%3E')
    assert.deepEqual([wrong.status, wrong.errors], [422, ['address.shape']])
    assert.doesNotMatch(wrong.html, /<script>/)
  })
})

describe('mail programs', () => {
  it('Thunderbird gets the same servers for taken, free and unnamed mailboxes', async () => {
    const paths = ['/.well-known/autoconfig/mail/config-v1.1.xml', '/mail/config-v1.1.xml']
    const answers = new Set<string>()
    for (const path of paths) {
      for (const query of [
        '',
        '?emailaddress=hanna.k%40example.by',
        '?emailaddress=nobody%40example.by',
      ]) {
        const answer = await portal.visitor().get(path + query)
        assert.equal(answer.status, 200)
        assert.match(answer.headers.get('content-type') ?? '', /^text\/xml/)
        assert.equal(answer.headers.get('set-cookie'), null)
        answers.add(answer.html)
      }
    }
    assert.equal(answers.size, 1)
    const [xml = ''] = answers
    assert.deepEqual(await faultsAgainst('autoconfig', xml), [])
    assert.equal(serversInAutoconfig(xml).length, 4)
  })

  it('Outlook finds the servers by POST without a token, in any case of the path', async () => {
    for (const path of [
      autodiscover,
      '/Autodiscover/Autodiscover.xml',
      '/AutoDiscover/AutoDiscover.XML',
    ]) {
      const answer = await portal
        .visitor()
        .send(path, request('hanna.k@example.by'), { 'content-type': 'text/xml' })
      assert.equal(answer.status, 200)
      assert.match(answer.headers.get('content-type') ?? '', /^text\/xml/)
      assert.deepEqual(await faultsAgainst('autodiscover', answer.html), [])
      assert.equal(protocolsInAutodiscover(answer.html).length, 3)
    }
  })

  it('Outlook gets the same answer for a taken and a free mailbox, except the name', async () => {
    const ask = async (address: string) => {
      const answer = await portal.visitor().send(autodiscover, request(address))
      return [answer.status, answer.html.replaceAll(address, 'X')]
    }
    assert.deepEqual(await ask('hanna.k@example.by'), await ask('nobody@example.by'))
  })

  it('an iPhone gets the same profile from the page and from the QR code', async () => {
    const path = '/help/mail-programs/apple.mobileconfig?address=anna%40example.by&lang=be'
    const answer = await portal.visitor().get(path)
    assert.equal(answer.headers.get('content-type'), 'application/x-apple-aspen-config')
    assert.equal(parsePlist(answer.html).PayloadContent[0].EmailAddress, 'anna@example.by')
    assert.equal(parsePlist(answer.html).PayloadOrganization, 'Postern')
    assert.deepEqual(await fetchBytes(path), await fetchBytes(path))
    const tagged = await portal.visitor().get(path.replace('anna', 'anna%2Bshop'))
    const [account] = parsePlist(tagged.html).PayloadContent
    assert.deepEqual(
      [
        account.EmailAddress,
        account.IncomingMailServerUsername,
        account.OutgoingMailServerUsername,
      ],
      ['anna+shop@example.by', 'anna@example.by', 'anna@example.by'],
    )
    const code = await portal
      .visitor()
      .get('/help/mail-programs/apple.svg?address=anna%40example.by&lang=be')
    assert.match(code.headers.get('content-type') ?? '', /^image\/svg\+xml/)
    assert.equal(readQrCode(code.html), portal.url + path)
  })

  it('a certificate in the settings signs the profile', async () => {
    const { certificatePem, keyPem } = await selfSigned('ec')
    const env = {
      MAIL_DOMAINS: 'example.by',
      PROFILE_CERTIFICATE: certificatePem,
      PROFILE_KEY: keyPem,
    }
    const signing = await startTestPortal({ worker: false, env, database: portal.database })
    try {
      const response = await fetch(
        `${signing.url}/help/mail-programs/apple.mobileconfig?address=anna%40example.by`,
      )
      const content = new ContentInfo({ schema: fromBER(await response.arrayBuffer()).result })
        .content
      const data = new SignedData({ schema: content })
      assert.equal(await data.verify({ signer: 0, checkChain: false }), true)
      const profile = Buffer.from(
        data.encapContentInfo.eContent?.getValue() ?? new ArrayBuffer(0),
      ).toString()
      assert.equal(parsePlist(profile).PayloadContent[0].EmailAddress, 'anna@example.by')
    } finally {
      await signing.stop()
    }
  })

  it('malformed set-up requests get 4xx, never 5xx', async () => {
    const visitor = portal.visitor()
    const status = async (path: string) => (await visitor.get(path)).status
    assert.equal(await status('/mail/config-v1.1.xml?emailaddress=anna%40gmail.com'), 404)
    assert.equal(await status('/mail/config-v1.1.xml?emailaddress=nonsense'), 400)
    for (const file of ['apple.mobileconfig', 'apple.svg']) {
      assert.equal(await status(`/help/mail-programs/${file}`), 400)
      assert.equal(await status(`/help/mail-programs/${file}?address=anna%40gmail.com`), 404)
      assert.equal(await status(`/help/mail-programs/${file}?address=a%00b%40example.by`), 400)
    }
    assert.equal(await status('/help/nothing'), 404)
    assert.equal(await status(autodiscover), 405)
    const post = async (body: string | Uint8Array, headers = {}) =>
      (await visitor.send(autodiscover, body, headers)).status
    assert.equal(await post(''), 400)
    assert.equal(
      await post('login=x&_csrf=y', { 'content-type': 'application/x-www-form-urlencoded' }),
      400,
    )
    assert.equal(await post(request('anna@gmail.com')), 404)
    assert.equal(
      await post(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${request('&x;')}`),
      400,
    )
    assert.equal(await post(Buffer.from([0xff, 0xfe, 0x00])), 400)
    assert.equal(await post(request('anna@example.by'), { 'content-encoding': 'gzip' }), 415)
  })

  it('the request of Outlook is bounded before it is read', async () => {
    const huge = request(`${'a'.repeat(20_000)}@example.by`)
    assert.equal((await portal.visitor().send(autodiscover, huge)).status, 413)
    const deep = '<a>'.repeat(5_000)
    assert.equal((await portal.visitor().send(autodiscover, deep)).status, 400)
  })
})
