import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parse as parsePlist } from 'fast-plist'
import { runCommand } from '#server/cli/portal.ts'
import { type MailServer, type MailService, parseMailServers } from '#server/core/mail-server.ts'
import { renderAppleProfile } from '#server/mail/mail-programs/apple.ts'
import { dnsEntries, renderZone } from '#server/mail/mail-programs/dns-entries.ts'
import { describeMailServers, type MailServers } from '#server/mail/mail-programs/mail-servers.ts'
import {
  readAutodiscoverRequest,
  renderAutodiscover,
  renderAutodiscoverError,
} from '#server/mail/mail-programs/outlook.ts'
import { readOwnAddress } from '#server/mail/mail-programs/own-address.ts'
import { renderAutoconfig } from '#server/mail/mail-programs/thunderbird.ts'
import { readSettings } from '#server/settings.ts'
import {
  faultsAgainst,
  protocolsInAutodiscover,
  serversInAutoconfig,
  textIn,
} from '#test/support/mail-programs/read-answers.ts'

const provider: MailServers = {
  domains: ['example.by', 'post.example.by'],
  name: 'Пошта & «Сябры» <почта для всех, очень длинное название службы электронной почты>',
  baseUrl: 'https://account.example.by',
  mxHost: 'mx.example.by',
  servers: [
    ...servers('imap', 'imaps://imap.example.by, imap://imap.example.by'),
    ...servers('pop3', 'pop3s://pop.example.by'),
    ...servers('smtp', 'smtps://smtp.example.by, smtp://smtp.example.by'),
  ],
}
const titles = { be: 'Наладка', en: 'Mail <programs> & "more"' }
const texts = { title: 'Пошта & Co <1>', description: 'Налады пошты' }

function servers(service: MailService, raw: string): readonly MailServer[] {
  const parsed = parseMailServers(service, raw)
  assert.equal(parsed.kind, 'ok')
  return parsed.kind === 'ok' ? parsed.servers : []
}

function request(address: string, schema = 'outlook/responseschema/2006a'): Buffer {
  const base = 'http://schemas.microsoft.com/exchange/autodiscover'
  return Buffer.from(`<?xml version="1.0" encoding="utf-8"?>
    <Autodiscover xmlns="${base}/outlook/requestschema/2006"><Request>
    <EMailAddress>${address}</EMailAddress>
    <AcceptableResponseSchema>${base}/${schema}</AcceptableResponseSchema>
    </Request></Autodiscover>`)
}

describe('the mail servers in the settings', () => {
  it('mail servers in the settings have their usual ports and keep their order', () => {
    assert.deepEqual(servers('imap', ' IMAPS://Imap.Example.by , imap://imap.example.by:1143/'), [
      { service: 'imap', host: 'imap.example.by', port: 993, security: 'tls' },
      { service: 'imap', host: 'imap.example.by', port: 1143, security: 'starttls' },
    ])
    assert.deepEqual(servers('smtp', 'smtp://smtp.example.by')[0]?.port, 587)
    assert.deepEqual(servers('pop3', 'off'), [])
  })

  it('mail servers in the settings that make no sense are refused with the reason', () => {
    const reasonOf = (raw: string) => {
      const parsed = parseMailServers('imap', raw)
      return parsed.kind === 'refused' ? parsed.reason : 'ok'
    }
    const cases = {
      '': 'empty',
      'imaps://a.by,': 'empty',
      'pop3s://a.by': 'scheme',
      'a.by': 'scheme',
    }
    const more = {
      'constructor://a.by': 'scheme',
      'imaps://-a.by': 'host',
      'imaps://a b': 'host',
      'imaps://ä.by': 'host',
    }
    const ports = {
      'imaps://a.by:0': 'port',
      'imaps://a.by:65536': 'port',
      'imaps://u:p@a.by': 'scheme',
    }
    for (const [raw, reason] of Object.entries({ ...cases, ...more, ...ports }))
      assert.equal(reasonOf(raw), reason, raw)
  })
})

describe('one description of the servers', () => {
  const described = (env: Record<string, string>) =>
    describeMailServers(
      readSettings({ MAIL_DOMAINS: 'example.by,post.example.by', ...env }),
      'Postern',
    )
  const lines = (env: Record<string, string>) =>
    described(env).servers.map(
      ({ service, host, port, security }) => `${service} ${host} ${port} ${security}`,
    )

  it('without settings the mail servers have names under the main domain', () => {
    assert.deepEqual(lines({}), [
      'imap imap.example.by 993 tls',
      'pop3 pop.example.by 995 tls',
      'smtp smtp.example.by 465 tls',
      'smtp smtp.example.by 587 starttls',
    ])
    assert.equal(described({}).mxHost, 'mx.example.by')
  })

  it('the settings name the mail servers, and a fault in them stops the start', () => {
    const env = {
      MAIL_SERVER_IMAP: 'imap://127.0.0.1:21143',
      MAIL_SERVER_POP3: 'off',
      MAIL_SERVER_SMTP: 'smtp://mail.example.by',
    }
    assert.deepEqual(lines(env), [
      'imap 127.0.0.1 21143 starttls',
      'smtp mail.example.by 587 starttls',
    ])
    assert.throws(
      () => described({ MAIL_SERVER_IMAP: 'smtps://mail.example.by' }),
      /MAIL_SERVER_IMAP must be imaps:/,
    )
    assert.throws(() => described({ PROFILE_KEY: 'x' }), /one of them is missing/)
  })
})

describe('Thunderbird and its kin', () => {
  it('the autoconfig file is valid and lists every server in order of preference', async () => {
    const xml = renderAutoconfig(provider, titles)
    assert.deepEqual(await faultsAgainst('autoconfig', xml), [])
    const found = serversInAutoconfig(xml).map(
      ({ type, fields }) =>
        `${type} ${fields.hostname} ${fields.port} ${fields.socketType} ${fields.username}`,
    )
    assert.deepEqual(found, [
      'imap imap.example.by 993 SSL %EMAILADDRESS%',
      'imap imap.example.by 143 STARTTLS %EMAILADDRESS%',
      'pop3 pop.example.by 995 SSL %EMAILADDRESS%',
      'smtp smtp.example.by 465 SSL %EMAILADDRESS%',
      'smtp smtp.example.by 587 STARTTLS %EMAILADDRESS%',
    ])
    assert.equal(textIn(xml, 'displayName'), [...provider.name].slice(0, 60).join('').trim())
    assert.equal(textIn(xml, 'descr'), titles.be)
  })

  it('the schema of the autoconfig file notices faults', async () => {
    const broken = renderAutoconfig(provider, titles).replace('<port>993</port>', '<port>x</port>')
    assert.notDeepEqual(await faultsAgainst('autoconfig', broken), [])
  })

  it('the autoconfig file omits a service that is switched off', async () => {
    const xml = renderAutoconfig(
      { ...provider, servers: servers('imap', 'imaps://imap.example.by') },
      titles,
    )
    assert.deepEqual(await faultsAgainst('autoconfig', xml), [])
    assert.deepEqual(
      serversInAutoconfig(xml).map(({ type }) => type),
      ['imap'],
    )
  })
})

describe('Outlook', () => {
  it('Outlook gets one server a protocol, the full address as user name and no NTLM', async () => {
    const xml = renderAutodiscover(provider, 'anna@example.by')
    assert.deepEqual(await faultsAgainst('autodiscover', xml), [])
    const found = protocolsInAutodiscover(xml).map(
      (one) => `${one.Type} ${one.Server} ${one.Port} ${one.SSL} ${one.SPA}`,
    )
    assert.deepEqual(found, [
      'IMAP imap.example.by 993 on off',
      'POP3 pop.example.by 995 on off',
      'SMTP smtp.example.by 465 on off',
    ])
    for (const protocol of protocolsInAutodiscover(xml))
      assert.equal(protocol.LoginName, 'anna@example.by')
  })

  it('Outlook is told to use STARTTLS by Encryption, never by SSL', async () => {
    const only = { ...provider, servers: servers('imap', 'imap://imap.example.by') }
    const xml = renderAutodiscover(only, 'anna@example.by')
    assert.deepEqual(await faultsAgainst('autodiscover', xml), [])
    const [imap] = protocolsInAutodiscover(xml)
    assert.deepEqual([imap?.Encryption, imap?.SSL, imap?.Port], ['TLS', undefined, '143'])
  })

  it('Outlook gets refusals in its own format', async () => {
    for (const reason of ['unreadable', 'address', 'schema'] as const) {
      assert.deepEqual(await faultsAgainst('autodiscover', renderAutodiscoverError(reason)), [])
    }
  })

  it('requests of Outlook may have prefixes, upper case and spaces', () => {
    const ok = { kind: 'ok', address: 'anna@example.by' }
    assert.deepEqual(readAutodiscoverRequest(request(' Anna@Example.BY '), provider.domains), ok)
    const prefixed =
      '<a:Autodiscover xmlns:a="x"><a:Request><a:EMailAddress>anna@example.by</a:EMailAddress></a:Request></a:Autodiscover>'
    assert.deepEqual(
      readAutodiscoverRequest(Buffer.from(`\uFEFF${prefixed}`), provider.domains),
      ok,
    )
  })

  it('Outlook is refused another dialect and another domain', () => {
    const phones = readAutodiscoverRequest(
      request('anna@example.by', 'mobilesync/responseschema/2006'),
      provider.domains,
    )
    assert.deepEqual(phones, { kind: 'refused', reason: 'schema' })
    const foreign = readAutodiscoverRequest(request('anna@elsewhere.by'), provider.domains)
    assert.deepEqual(foreign, { kind: 'refused', reason: 'address' })
  })

  it('a request with a document type is refused before it is parsed', () => {
    const inner = request('&xxe;')
      .toString()
      .replace(/<\?xml.*?\?>/, '')
    const hostile = [
      `<!DOCTYPE a [<!ENTITY xxe SYSTEM "file:///etc/passwd">]>${inner}`,
      `<!doctype a SYSTEM "http://attacker.example/a.dtd">${inner}`,
      `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY xxe "&a;&a;&a;&a;">]>${inner}`,
    ]
    for (const body of hostile) {
      const verdict = readAutodiscoverRequest(Buffer.from(body), provider.domains)
      assert.deepEqual(verdict, { kind: 'refused', reason: 'unreadable' })
    }
  })

  it('entities are never expanded and nothing outside the request is read', () => {
    const verdict = readAutodiscoverRequest(request('anna&#64;example.by'), provider.domains)
    assert.deepEqual(verdict, { kind: 'refused', reason: 'address' })
  })

  it('no request of Outlook makes the portal throw', () => {
    const shapes = [
      '',
      '<',
      '<a/>',
      '<Autodiscover/>',
      '<Autodiscover><Request/></Autodiscover>',
      '{"a":1}',
      '<Autodiscover><Request>x',
      '<Autodiscover><Request><EMailAddress><b>anna@example.by</b></EMailAddress>' +
        '</Request></Autodiscover>',
      '<Autodiscover><Request><EMailAddress>a@example.by</EMailAddress>' +
        '<EMailAddress>b@example.by</EMailAddress></Request></Autodiscover>',
      '<__proto__><Request><EMailAddress>anna@example.by</EMailAddress></Request></__proto__>',
      '<a>'.repeat(5000),
    ]
    for (const body of [
      ...shapes.map((shape) => Buffer.from(shape)),
      Buffer.from(request('anna@example.by').toString(), 'utf16le'),
    ]) {
      assert.equal(readAutodiscoverRequest(body, provider.domains).kind, 'refused')
    }
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        (bytes) => void readAutodiscoverRequest(bytes, provider.domains),
      ),
    )
    const mutated = fc.tuple(fc.nat(600), fc.string({ unit: 'binary', maxLength: 12 }))
    fc.assert(
      fc.property(mutated, ([place, noise]) => {
        const text = request('anna@example.by').toString()
        void readAutodiscoverRequest(
          Buffer.from(text.slice(0, place) + noise + text.slice(place)),
          provider.domains,
        )
      }),
      { numRuns: 500 },
    )
  })
})

describe('iPhone, iPad and Mac', () => {
  it('another plist reader understands the Apple profile', () => {
    const profile = parsePlist(renderAppleProfile(provider, 'anna@example.by', texts) ?? '')
    const [account] = profile.PayloadContent
    assert.equal(profile.PayloadType, 'Configuration')
    assert.equal(profile.PayloadDisplayName, texts.title)
    assert.equal(profile.PayloadRemovalDisallowed, false)
    assert.match(profile.PayloadIdentifier, /^by\.example\.mail\.[0-9a-f-]{36}$/)
    assert.deepEqual(
      [
        account.EmailAccountType,
        account.EmailAddress,
        account.IncomingMailServerUsername,
        account.OutgoingMailServerUsername,
      ],
      ['EmailTypeIMAP', 'anna@example.by', 'anna@example.by', 'anna@example.by'],
    )
    assert.deepEqual(
      [
        account.IncomingMailServerHostName,
        account.IncomingMailServerPortNumber,
        account.IncomingMailServerUseSSL,
      ],
      ['imap.example.by', 993, true],
    )
    assert.deepEqual(
      [
        account.OutgoingMailServerHostName,
        account.OutgoingMailServerPortNumber,
        account.OutgoingMailServerUseSSL,
      ],
      ['smtp.example.by', 465, true],
    )
    assert.equal('IncomingPassword' in account, false)
  })

  it('an Apple profile replaces an older one of the same address only', () => {
    const uuids = (address: string) => {
      const profile = parsePlist(renderAppleProfile(provider, address, texts) ?? '')
      return [profile.PayloadUUID, profile.PayloadContent[0].PayloadUUID]
    }
    assert.deepEqual(uuids('anna@example.by'), uuids('anna@example.by'))
    assert.equal(new Set([...uuids('anna@example.by'), ...uuids('jan@example.by')]).size, 4)
    for (const uuid of uuids('anna@example.by')) {
      assert.match(uuid, /^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/)
    }
  })

  it('an Apple profile can carry an app password', () => {
    const [account] = parsePlist(
      renderAppleProfile(provider, 'anna@example.by', texts, 'abcd-efgh') ?? '',
    ).PayloadContent
    assert.deepEqual(
      [account.IncomingPassword, account.OutgoingPassword],
      ['abcd-efgh', 'abcd-efgh'],
    )
  })

  it('without IMAP or SMTP there is no Apple profile', () => {
    assert.equal(
      renderAppleProfile(
        { ...provider, servers: servers('imap', 'imaps://a.by') },
        'anna@example.by',
        texts,
      ),
      null,
    )
  })
})

describe('whose address it is', () => {
  it('set-up answers are the same for taken and free names', () => {
    assert.deepEqual(readOwnAddress(' Anna.B+x@POST.example.by', provider.domains), {
      kind: 'ok',
      address: 'anna.b+x@post.example.by',
      local: 'anna.b+x',
      domain: 'post.example.by',
    })
    assert.deepEqual(readOwnAddress('anna@gmail.com', provider.domains), {
      kind: 'refused',
      reason: 'foreign',
    })
    const bad = [
      '',
      '@example.by',
      'anna',
      'a b@example.by',
      'a..b@example.by',
      '<a>@example.by',
      `${'a'.repeat(65)}@example.by`,
    ]
    for (const raw of [
      ...bad,
      undefined,
      ['anna@example.by'],
      { a: 1 },
      'a\r\nb@example.by',
      'anna@example.by\0',
    ]) {
      assert.deepEqual(readOwnAddress(raw, provider.domains), { kind: 'refused', reason: 'format' })
    }
  })
})

describe('DNS', () => {
  it('the DNS entries list every service by preference, and say which ones are not offered', () => {
    const zone = renderZone(dnsEntries(provider))
    const lines = zone
      .split('\n')
      .filter((line) => line.includes('.example.by.') && !line.startsWith(';'))
    for (const line of [
      '_imaps._tcp.example.by. IN SRV 0 1 993 imap.example.by.',
      '_imap._tcp.example.by. IN SRV 5 1 143 imap.example.by.',
      '_pop3s._tcp.example.by. IN SRV 10 1 995 pop.example.by.',
      '_pop3._tcp.example.by. IN SRV 0 0 0 .',
      '_submissions._tcp.example.by. IN SRV 0 1 465 smtp.example.by.',
      '_submission._tcp.example.by. IN SRV 5 1 587 smtp.example.by.',
      'autoconfig.example.by. IN CNAME account.example.by.',
      'autodiscover.post.example.by. IN CNAME account.example.by.',
      '_autodiscover._tcp.example.by. IN SRV 0 1 443 account.example.by.',
    ]) {
      assert.ok(lines.includes(line), line)
    }
    assert.match(zone, /^example\.by\. IN MX 10 mx\.example\.by\.$/m)
    assert.match(zone, /^_dmarc\.post\.example\.by\. IN TXT "v=DMARC1; /m)
  })
})

describe('portal dns', () => {
  const env = {
    MAIL_DOMAINS: 'example.by',
    BASE_URL: 'https://account.example.by',
    MAIL_SERVER_POP3: 'off',
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    SECRET_KEYS: 'Zk3v9QxT7mW2pL8rN4cY6bH1dF5gJ0sA',
  }

  it('the command dns prints a zone or JSON, and needs no database', async () => {
    const { status, text, data } = await runCommand(['dns', '--json'], env)
    assert.equal(status, 0)
    assert.match(text, /^_imaps\._tcp\.example\.by\. IN SRV 0 1 993 imap\.example\.by\.$/m)
    assert.match(text, /^_pop3s\._tcp\.example\.by\. IN SRV 0 0 0 \.$/m)
    const { entries } = data as { entries: { name: string; type: string }[] }
    assert.ok(
      entries.some(({ name, type }) => name === 'autoconfig.example.by.' && type === 'CNAME'),
    )
  })
})

describe('every answer', () => {
  it('set-up answers have the same bytes each time', () => {
    const all = () => [
      renderAutoconfig(provider, titles),
      renderAutodiscover(provider, 'anna@example.by'),
      renderAppleProfile(provider, 'anna@example.by', texts),
      renderZone(dnsEntries(provider)),
    ]
    assert.deepEqual(all(), all())
  })
})
