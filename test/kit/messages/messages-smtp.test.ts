import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { after, before, beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { SMTPServer } from 'smtp-server'
import { createSmtpTransport } from '#server/kit/messages/mail/smtp.ts'
import type { MailTransport, OutgoingMail } from '#server/kit/messages/transport.ts'
import { type MailServer, startMailServer } from '#test/support/mail-platform/mail-server.ts'

const mail: OutgoingMail = {
  messageId: '6f9619ff-8b86-4011-b42d-00c04fc964ff@postern.example',
  to: 'alice@elsewhere.example',
  subject: 'Код для пацвярджэння адраса',
  text: `радок\n\n004217\n\nhttps://postern.example/recover/link/${'x'.repeat(90)}`,
  html: '<p>радок</p>',
  date: new Date('2026-11-22T09:03:00Z'),
}

describe('mail by SMTP', () => {
  let server: MailServer
  let transport: MailTransport
  before(async () => {
    server = await startMailServer()
    transport = createSmtpTransport({ url: server.url, from: 'Postern <no-reply@postern.example>' })
  })
  after(async () => {
    transport.close()
    await server.stop()
  })
  beforeEach(() => {
    server.received.length = 0
    server.mishaps.length = 0
  })

  it('a mail arrives with its subject, both parts and unbroken long links', async () => {
    assert.deepEqual(await transport.send(mail), { kind: 'accepted', providerId: null })
    const parsed = server.received[0]?.parsed
    assert.equal(parsed?.subject, mail.subject)
    assert.equal(parsed?.text?.replaceAll('\r\n', '\n').trim(), mail.text)
    assert.equal(parsed?.html?.trim(), mail.html)
    assert.equal(parsed?.messageId, `<${mail.messageId}>`)
    assert.equal(new Date(parsed?.date ?? '').getTime(), mail.date.getTime())
    assert.equal(parsed?.to?.[0]?.address, mail.to)
  })

  it('a mail that its reader can end offers a link and one click (RFC 8058)', async () => {
    const unsubscribe = `https://postern.example/stop/v1.01234567.${'x'.repeat(300)}`
    await transport.send({ ...mail, unsubscribe })
    await transport.send(mail)
    const [ended, plain] = server.received.map(({ raw }) => raw.replaceAll('\r\n ', ' '))
    assert.match(ended ?? '', new RegExp(`^List-Unsubscribe: ?\\s*<${unsubscribe}>\\r?$`, 'm'))
    assert.match(ended ?? '', /^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m)
    assert.doesNotMatch(plain ?? '', /List-Unsubscribe/)
  })

  it('a second try sends the same mail, so that readers see one', async () => {
    await transport.send(mail)
    await transport.send(mail)
    const [first, second] = server.received.map(({ raw }) =>
      raw.replace(/-{2,}[\w.-]*Part_?\w+|boundary="[^"]+"/g, ''),
    )
    assert.equal(first?.split('\r\n\r\n')[0], second?.split('\r\n\r\n')[0])
  })

  it('a comma in an address makes no second recipient', async () => {
    for (const to of [
      'a@one.example, b@two.example',
      'a@one.example\r\nBcc: b@two.example',
      '"x" <a@one.example>, b@two.example',
    ]) {
      await transport.send({ ...mail, to })
    }
    const reached = server.received.flatMap(({ recipients }) => recipients)
    assert.ok(!reached.includes('b@two.example'), reached.join(' '))
    for (const { parsed } of server.received) assert.equal(parsed.bcc, undefined)
  })

  it('nothing in a subject or a text adds a header, a recipient or a part', async () => {
    const nasty = fc.array(
      fc.constantFrom(
        '\r\n',
        '\n',
        '\r',
        'Bcc: b@two.example',
        'To: b@two.example',
        'Content-Type: text/html',
        '.',
        '\u2028',
        '\0',
        ' ',
        'я',
        '--',
        'x: y',
      ),
      { maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (subject, text) => {
        server.received.length = 0
        await transport.send({ ...mail, subject: subject.join(''), text: `x${text.join('')}` })
        const [got] = server.received
        assert.deepEqual(got?.recipients, [mail.to])
        const names = got?.parsed.headers.map(({ key }) => key).sort()
        assert.deepEqual(names, [
          'auto-submitted',
          'content-type',
          'date',
          'from',
          'message-id',
          'mime-version',
          ...(subject.join('').trim() || names?.includes('subject') ? ['subject'] : []),
          'to',
          'x-auto-response-suppress',
          'x-postern-loop',
        ])
        assert.equal(got?.parsed.attachments.length, 0)
      }),
      { numRuns: 60 },
    )
  })

  it('a mail is tried again after a temporary refusal, never after a permanent one', async () => {
    server.mishaps.push({ at: 'RCPT', code: 550 })
    assert.deepEqual(await transport.send(mail), { kind: 'refused', code: 'smtp.550' })
    server.mishaps.push({ at: 'RCPT', code: 450 })
    assert.deepEqual(await transport.send(mail), { kind: 'deferred', code: 'smtp.450' })
    server.mishaps.push({ at: 'DATA', code: 554 })
    assert.deepEqual(await transport.send(mail), { kind: 'refused', code: 'smtp.554' })
    server.mishaps.push({ at: 'DATA', code: 452 })
    assert.deepEqual(await transport.send(mail), { kind: 'deferred', code: 'smtp.452' })
    assert.equal(server.received.length, 0)
  })

  it('an answer lost after the text is reported, and nodemailer sends nothing again', async () => {
    server.mishaps.push({ at: 'answer-lost' })
    assert.equal((await transport.send(mail)).kind, 'unknown')
    assert.equal(server.received.length, 1)
    assert.equal(
      (await transport.send(mail)).kind,
      'accepted',
      'and the next one takes a new connection',
    )
  })

  it('an absent mail server or refused credentials do not fail the message', async () => {
    const away = createSmtpTransport({
      url: 'smtp://127.0.0.1:1',
      from: 'no-reply@postern.example',
    })
    const outcome = await away.send(mail)
    away.close()
    assert.deepEqual(outcome, { kind: 'deferred', code: 'smtp.ECONNREFUSED' })

    const withLogin = createSmtpTransport({
      url: server.url.replace('//', '//user:wrong@'),
      from: 'no-reply@postern.example',
    })
    const refused = await withLogin.send(mail)
    withLogin.close()
    assert.equal(refused.kind, 'deferred')
  })

  const sendTo = async (url: string) => {
    const elsewhere = createSmtpTransport({ url, from: 'no-reply@postern.example' })
    const outcome = await elsewhere.send(mail)
    elsewhere.close()
    return outcome
  }
  const listening = async (target: Server) => {
    target.listen(0, '127.0.0.1')
    await once(target, 'listening')
    return (target.address() as AddressInfo).port
  }

  it('a mail is tried again after a fault of TLS, because nothing was sent', async (t) => {
    const untrusted = new SMTPServer({
      secure: true,
      authOptional: true,
      logger: false,
      closeTimeout: 200,
    })
    untrusted.on('error', () => {})
    const upgrading = new SMTPServer({ authOptional: true, logger: false, closeTimeout: 200 })
    upgrading.on('error', () => {})
    const cut = createServer((socket) => socket.once('data', () => socket.destroy()))
    t.after(() => {
      untrusted.close()
      upgrading.close()
      cut.close()
    })
    const [untrustedPort, upgradingPort, cutPort] = [
      await listening(untrusted.server as unknown as Server),
      await listening(upgrading.server as unknown as Server),
      await listening(cut),
    ]
    for (const [url, code] of [
      [
        `smtps://127.0.0.1:${untrustedPort}`,
        /^smtp\.(DEPTH_ZERO_SELF_SIGNED_CERT|CERT_|ERR_TLS|UNABLE)/,
      ],
      [
        `smtp://127.0.0.1:${upgradingPort}?requireTLS=true`,
        /^smtp\.(DEPTH_ZERO_SELF_SIGNED_CERT|CERT_|ERR_TLS|UNABLE)/,
      ],
      [`smtps://127.0.0.1:${cutPort}`, /^smtp\.(ECONNRESET|ECONNECTION|ESOCKET)/],
      [server.url.replace('smtp:', 'smtps:'), /^smtp\.ERR_SSL/],
    ] as const) {
      const outcome = await sendTo(url)
      assert.equal(outcome.kind, 'deferred', url)
      assert.match('code' in outcome ? outcome.code : '', code)
    }
  })

  it('a mail is tried again if the connection broke before the text was asked for', async (t) => {
    for (const last of ['EHLO', 'MAIL', 'RCPT', 'DATA']) {
      const rude = createServer((socket) => {
        socket.write('220 rude\r\n')
        socket.on('error', () => {})
        socket.on('data', (line) => {
          if (String(line).startsWith(last)) socket.destroy()
          else socket.write('250 go on\r\n')
        })
      })
      t.after(() => rude.close())
      assert.equal(
        (await sendTo(`smtp://127.0.0.1:${await listening(rude)}`)).kind,
        'deferred',
        last,
      )
    }
  })

  it('a slow mail server is waited for', async () => {
    server.mishaps.push({ at: 'slow', ms: 400 })
    assert.equal((await transport.send(mail)).kind, 'accepted')
  })
})
