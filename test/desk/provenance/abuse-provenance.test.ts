import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { scanLetter, splitLetter } from '#server/core/letters/letter-shape.ts'
import { cutHeaders } from '#server/desk/letters/cut-headers.ts'
import { parseLetter } from '#server/desk/letters/parse-letter.ts'
import { verifyOwnDkim } from '#server/desk/provenance/dkim.ts'
import { judgeProvenance } from '#server/desk/provenance/provenance.ts'
import { type Evidence, provenanceRules } from '#server/desk/provenance/provenance-rules.ts'
import {
  createChainReader,
  createChainWalk,
  readHops,
} from '#server/desk/provenance/received-chain.ts'
import { parseReportMail } from '#server/desk/reports/mail/parse-report-mail.ts'
import { bindLetter } from '#server/mail/letter-trace/trace-binding.ts'
import { createTraceHeader, readTraces } from '#server/mail/letter-trace/trace-header.ts'
import { traceLetter } from '#server/mail/letter-trace/trace-letter.ts'
import { bentDraft, changes, tricks } from '#test/support/letters/bent-letters.ts'
import { plainDraft } from '#test/support/letters/letter-table.ts'
import {
  createOurMail,
  now,
  receivedAt,
  submittedBy,
  toBinary,
  tracedLetter,
} from '#test/support/letters/our-mail.ts'

const mail = createOurMail()
const letter = splitLetter(toBinary(plainDraft))
const binding = bindLetter(letter.header, letter.body)
const trace = { account: 'hanna', queueId: '4bXk', sentAt: new Date('2026-06-10T09:00:00Z') }

const withTrace = (header: string) => `${header}\r\n${toBinary(plainDraft)}`
const readTrace = (binary: string) => readTraces(mail.keyring, tracedLetter(binary), now)

describe('the trace of our submission server', () => {
  test('a trace names the account, the queue and the time of its letter', () => {
    const reading = readTrace(withTrace(createTraceHeader(mail.keyring, trace, binding)))
    const same = { from: 'same', subject: 'same', shown: 'same', body: 'same' }
    assert.deepEqual(reading, { kind: 'bound', trace, ...same })
  })

  test('a trace that was not made under one of our keys names nobody', () => {
    const forged = createTraceHeader(mail.writers.strange, trace, binding)
    assert.deepEqual(readTrace(withTrace(forged)), { kind: 'forged' })
    const header = createTraceHeader(mail.keyring, trace, binding).replace(/\s/g, '')
    const tags = [...header.matchAll(/([a-z])=([\w-]+)/g)]
    assert.equal(tags.length, 13)
    for (const [whole, tag, value = ''] of tags) {
      const changed = header.replace(
        whole,
        `${tag}=${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`,
      )
      assert.deepEqual(readTrace(withTrace(changed)), { kind: 'forged' }, tag)
    }
  })

  test('a true trace that was copied onto another letter proves nothing', () => {
    const header = createTraceHeader(mail.keyring, trace, binding)
    for (const name of ['From', 'Date', 'Message-ID']) {
      const other = withTrace(header).replace(`${name}: `, `${name}: x`)
      assert.equal(readTrace(other).kind, 'of-another-letter', name)
    }
    const doubled = withTrace(`${header}\r\nFROM: Bank <b@bank.example>`)
    assert.equal(readTrace(doubled).kind, 'of-another-letter')
  })

  test('our submission server replaces any trace that the client sent', async () => {
    const stolen = createTraceHeader(mail.keyring, { ...trace, account: 'victim' }, binding)
    const traced = traceLetter(
      mail.keyring,
      trace,
      Buffer.from(`${stolen}\r\n${toBinary(plainDraft)}`, 'latin1'),
    )
    const { fields } = scanLetter(traced.toString('latin1'))
    assert.equal(fields.filter(({ name }) => name === 'X-Postern-Trace').length, 1)
    const reading = readTrace(traced.toString('latin1'))
    assert.ok(
      reading.kind === 'bound' && reading.trace.account === 'hanna' && reading.body === 'same',
    )
  })

  test('a trace keeps to the line length that relays leave unchanged', () => {
    const lines = createTraceHeader(
      mail.keyring,
      { ...trace, account: 'a'.repeat(200) },
      binding,
    ).split('\r\n')
    assert.ok(lines.every((line, at) => line.length < 100 && (at === 0 || line.startsWith('\t'))))
    assert.throws(() =>
      createTraceHeader(mail.keyring, { ...trace, queueId: 'a\r\nBcc: x' }, binding),
    )
  })
})

describe('the signature of our domains', () => {
  const verify = async (binary: string) => verifyOwnDkim(scanLetter(binary), mail.parts.dkim, now)

  test('a key that is not in the settings is read from DNS, even in pieces', async () => {
    const { dkim } = mail.parts
    const signed = await mail.send(plainDraft, { trace: false, dkim: 'unlisted', received: false })
    const record = await dkim.resolveTxt('dns._domainkey.second.example')
    const reading = await verifyOwnDkim(
      scanLetter(signed),
      { ...dkim, resolveTxt: async () => record },
      now,
    )
    assert.ok(reading.kind === 'pass' && reading.selector === 'gone', JSON.stringify(reading))
  })

  test('a signed letter with a doubled field is not proven', async () => {
    const signed = await mail.send(plainDraft, { trace: false, received: false })
    assert.equal((await verify(signed)).kind, 'pass')
    for (const field of [
      'From: a@b.example',
      'Subject: x',
      'Date: Wed, 10 Jun 2026 12:00:00 +0300',
      'To: x@b.example',
    ]) {
      assert.deepEqual(await verify(`${field}\r\n${signed}`), {
        kind: 'fail',
        faults: ['fields-doubled'],
      })
    }
  })

  test('a signature over the first bytes only (l=) proves nothing', async () => {
    const signed = await mail.send(plainDraft, { trace: false, dkim: 'partial', received: false })
    assert.deepEqual(await verify(signed), { kind: 'fail', faults: ['partial-body'] })
  })

  test('foreign signatures do not make the verification of a letter more expensive', async () => {
    let asked = 0
    const resolveTxt = async () => {
      asked += 1
      return [['v=DKIM1; p=']]
    }
    const others =
      'DKIM-Signature: v=1; a=rsa-sha256; d=bad.example; s=x; h=from; bh=AA==; b=AA==\r\n'.repeat(
        400,
      )
    const own = [
      'DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;',
      'd=posta.example; s=q; h=from; bh=AA==; b=AA==\r\n',
    ]
      .join(' ')
      .repeat(50)
    const reading = await verifyOwnDkim(
      scanLetter(others + own + toBinary(plainDraft)),
      { ...mail.parts.dkim, resolveTxt },
      now,
    )
    assert.equal(reading.kind, 'fail')
    assert.ok(asked <= 5, `${asked}`)
  })
})

describe('the Received lines', () => {
  const follow = mail.parts.followChain
  const fieldsOf = (binary: string) => scanLetter(binary + toBinary(plainDraft)).fields

  test('a Received line that no known relay wrote ends the reading', () => {
    const forged = submittedBy('victim', now)
    assert.equal(follow(fieldsOf(receivedAt('small') + forged)).kind, 'unknown-receiver')
    const stranger = { ip: '192.0.2.66', name: 'out.posta.example' }
    for (const receiver of ['google', 'outlook', 'yandex', 'mailru', 'gmx', 'own'] as const) {
      assert.deepEqual(follow(fieldsOf(receivedAt(receiver, stranger) + forged)), {
        kind: 'from-stranger',
        ip: '192.0.2.66',
      })
      assert.equal(follow(fieldsOf(receivedAt(receiver) + forged)).kind, 'submitted', receiver)
      assert.equal(
        follow(fieldsOf(receivedAt(receiver) + receivedAt('small') + forged)).kind,
        'from-us',
        receiver,
      )
      assert.equal(
        follow(fieldsOf(receivedAt(receiver) + receivedAt('google') + forged)).kind,
        'from-us',
        receiver,
      )
    }
  })

  test('no line below our submission server is believed', () => {
    const nameless = submittedBy('hanna', now).replace(/^Received: .*?\tby /s, 'Received: by ')
    assert.match(nameless, /^Received: by submit\.\S+ \(Postfix\) with ESMTPSA id /)
    const forged = submittedBy('victim', now)
    assert.equal(follow(fieldsOf(nameless + forged)).kind, 'from-us')
    assert.equal(follow(fieldsOf(receivedAt('own') + nameless + forged)).kind, 'from-us')
  })

  test('Received lines of Postfix, Exim, Microsoft and Google are understood', () => {
    const hop = (raw: string) => readHops([{ name: 'Received', raw, value: raw }])[0]
    const exim = hop(
      'from [203.0.113.5] (port=41234 helo=x.example) by mx.mail.ru with esmtps id 1a-1; ' +
        'Wed, 10 Jun 2026 12:00:00 +0300',
    )
    assert.deepEqual(
      [exim?.ip, exim?.by, exim?.protocol, exim?.at?.toISOString()],
      ['203.0.113.5', 'mx.mail.ru', 'esmtps', '2026-06-10T09:00:00.000Z'],
    )
    assert.equal(
      hop('from a.example (2603:10a6:10:36b::5) by b.outlook.com with HTTPS; x')?.ip,
      '2603:10a6:10:36b::5',
    )
    assert.equal(
      hop('from a.example (a.example. [IPv6:2001:db8::1]) by mx.google.com; x')?.ip,
      '2001:db8::1',
    )
    assert.equal(
      hop(
        'from a (b [1.2.3.4]) (Authenticated sender: Hanna@Posta.Example) by c with ESMTPSA id Q1',
      )?.authenticatedSender,
      'hanna@posta.example',
    )
    assert.equal(hop('by 2002:a05:6a10:1:b0:5f1:aa00:1 with SMTP id x')?.ip, null)
    assert.equal(hop('from (((( by )')?.by ?? null, null)
  })

  test('The view of the headers names no server for a line that is not believed.', () => {
    const walk = createChainWalk(mail.relays)
    const view = (binary: string, limit = 120) => {
      const fields = fieldsOf(binary)
      return cutHeaders(fields, walk(fields).believed, limit)
    }
    const delivered = 'Delivered-To: reader@elsewhere.example\r\n'
    const forged = submittedBy('victim', now)
    const sent = delivered + receivedAt('google') + submittedBy('hanna', now) + forged
    const [known, ours, anybody, ...more] = view(sent)
    assert.deepEqual(more, [])
    assert.deepEqual([known?.by, ours?.by, anybody?.by], ['known', 'ours', 'anybody'])
    assert.match(known?.text ?? '', /^Delivered-To: .*Received: .*by mx\.google\.com/s)
    assert.match(ours?.text ?? '', /^Received: .*hanna.*$/)
    assert.match(anybody?.text ?? '', /^Received: .*victim.*\nSubject: /s)
    const stranger = { ip: '192.0.2.66', name: 'out.posta.example' }
    for (const start of [receivedAt('google', stranger), ''])
      for (const { by, text } of view(start + receivedAt('small') + forged))
        assert.ok(by !== 'ours' && (by === 'anybody' || !text.includes('victim')), text)
    assert.deepEqual(
      view(sent, 2).map(({ by }) => by),
      ['known'],
    )
  })

  test('a malformed range in the settings stops the start', () => {
    assert.throws(() => createChainReader([{ ours: true, names: [], addresses: ['300.1.1.1/8'] }]))
  })
})

describe('the rules of provenance', () => {
  const nothing: Evidence = {
    trace: { kind: 'absent' },
    dkim: { kind: 'none' },
    chain: { kind: 'none' },
    hasHeader: true,
    hasBody: true,
    ownFrom: 'hanna@posta.example',
    namesUs: true,
    fromOwnerEnforced: true,
    replayed: false,
    retold: false,
  }
  const verdict = (evidence: Evidence) =>
    provenanceRules.find(({ when }) => when(evidence))?.verdict

  test('the From alone never makes a letter ours', async () => {
    for (const kind of ['none', 'ended', 'unknown-receiver', 'from-us'] as const) {
      assert.equal(verdict({ ...nothing, chain: { kind } }), 'unproven', kind)
    }
    assert.equal(
      verdict({ ...nothing, chain: { kind: 'from-stranger', ip: '192.0.2.1' } }),
      'not-ours',
    )
  })

  test('what nothing proves stays unproven, however convincing its From', async () => {
    const faults = [
      'body-changed',
      'bad-signature',
      'no-key',
      'key-retired',
      'expired',
      'weak',
      'partial-body',
      'from-unsigned',
    ] as const
    for (const fault of faults)
      assert.equal(verdict({ ...nothing, dkim: { kind: 'fail', faults: [fault] } }), 'unproven')
    for (const kind of ['forged', 'of-another-letter', 'from-future'] as const) {
      assert.equal(verdict({ ...nothing, trace: { kind } }), 'unproven', kind)
      const chain = { kind: 'submitted', login: 'hanna', queueId: null, ip: null } as const
      assert.equal(
        verdict({ ...nothing, trace: { kind }, chain }),
        'unproven',
        `${kind} beside a sign-in`,
      )
    }
  })

  const judge = async (input: Uint8Array | string, fromOwnerEnforced = true) => {
    const outcome = await parseLetter(input)
    assert.ok(outcome.kind === 'letter')
    const parts = { ...mail.parts, fromOwnerEnforced }
    return await judgeProvenance({ ...outcome, how: 'source' }, parts, now)
  }
  const bare = { trace: false, received: false } as const

  test('a letter of which a shown part was changed is never called intact', async () => {
    for (const dkim of [false, 'rsa', 'no-type'] as const) {
      const sent = await mail.send(plainDraft, { dkim })
      assert.equal((await judge(sent)).content, 'intact')
      for (const [what, change] of Object.entries(changes)) {
        assert.notEqual(change(sent), sent, what)
        assert.equal((await judge(change(sent))).content, 'changed', what)
      }
    }
  })

  test('a signature that leaves open what is shown does not say that a letter is intact', async () => {
    const signed = await mail.send(plainDraft, { ...bare, dkim: 'simple' })
    assert.equal((await judge(signed)).content, 'intact')
    const open = await mail.send(plainDraft, { ...bare, dkim: 'no-type' })
    const bent = Object.values(changes).map((change) => change(signed))
    const relaxed = (await mail.send(plainDraft, bare)).replace('now look', 'now  look')
    for (const letter of [open, relaxed, ...bent])
      assert.equal((await judge(letter)).content, 'unknown', letter)
  })

  test('a signed letter that may have been sent again proves no account', async () => {
    const signed = await mail.send(plainDraft, bare)
    const stranger = receivedAt('yandex', { ip: '192.0.2.66', name: 'x.example' })
    assert.equal((await judge(receivedAt('yandex') + signed)).verdict, 'proven')
    assert.equal((await judge(stranger + signed)).verdict, 'likely')
    const early = await mail.send(plainDraft, { ...bare, sentAt: new Date('2026-06-05T09:00:00Z') })
    assert.equal((await judge(receivedAt('yandex') + early)).verdict, 'likely')
  })

  test('a letter that carries its trace is read as it stands, so no repair hides its sender', async () => {
    for (const [what, draft] of Object.entries(tricks)) {
      const sent = receivedAt('google') + (await mail.send(draft, { dkim: false }))
      for (const input of [Buffer.from(sent, 'latin1'), sent]) {
        const { verdict, content } = await judge(input)
        const is8Bit = typeof input === 'string' && /[\u0080-\u00ff]/.test(input)
        assert.deepEqual(
          [verdict, content],
          is8Bit ? ['likely', 'changed'] : ['proven', 'intact'],
          what,
        )
      }
    }
  })

  test('what a letter shows hangs on no field that its trace leaves open', async () => {
    const sent = await mail.send(bentDraft, { dkim: false })
    const shown = async (letter: string) => {
      const outcome = await parseLetter(Buffer.from(letter, 'latin1'))
      assert.ok(outcome.kind === 'letter')
      const { fields, sha256, sizeBytes, cuts, ...rest } = outcome.letter
      return rest
    }
    const before = await shown(sent)
    assert.match(before.text, /A threat, or none/)
    const junk = {
      charset: 'X-A: charset=utf-7',
      boundary: 'X-A: boundary=inner',
      decoy: 'X-A: boundary=--',
      many: Array.from({ length: 1500 }, () => 'X-A: b').join('\r\n'),
      large: Array.from({ length: 400 }, () => `X-A: ${'b'.repeat(900)}`).join('\r\n'),
      length: 'Content-Length: 3',
      resent: 'Resent-From: x@bad.example',
    }
    for (const [what, field] of Object.entries(junk))
      for (const place of ['Date:', 'X-End:']) {
        const bent = sent.replace(`\r\n${place}`, `\r\n${field}\r\n${place}`)
        const { verdict, content } = await judge(Buffer.from(bent, 'latin1'))
        assert.deepEqual([verdict, content], ['proven', 'intact'], `${what} ${place}`)
        assert.deepEqual(await shown(bent), before, `${what} ${place}`)
      }
  })

  test('the rules of provenance have distinct names, and the last one always applies', () => {
    assert.equal(new Set(provenanceRules.map(({ name }) => name)).size, provenanceRules.length)
    assert.equal(provenanceRules.at(-1)?.when(nothing), true)
  })

  test('a proven letter inside the text of another one does not prove the outer one', async () => {
    const proven = await mail.send(plainDraft)
    const received = receivedAt('google', { ip: '192.0.2.66', name: 'x.example' })
    const header = `${received}From: Eve <eve@bad.example>\r\nSubject: s\r\nDate: x`
    const outer = `${header}\r\n\r\n${proven}`
    const outcome = await parseLetter(outer)
    assert.ok(outcome.kind === 'letter')
    assert.equal(
      (await judgeProvenance({ ...outcome, how: 'source' }, mail.parts, now)).verdict,
      'not-ours',
    )
  })
})

test('a mail that came back to us is never answered and never becomes a report', async () => {
  const carried = await mail.send(plainDraft)
  for (const mark of ['X-Postern-Loop: abuse', 'X-Loop: <ABUSE@posta.example>']) {
    const outcome = await parseReportMail(Buffer.from(`${mark}\r\n${carried}`, 'latin1'), [
      'abuse@posta.example',
    ])
    assert.ok(outcome.kind === 'mail' && outcome.answering.isOurs, mark)
  }
})
