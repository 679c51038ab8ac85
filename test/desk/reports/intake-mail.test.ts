// What becomes of each kind of mail to the abuse address.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { dkimSign } from 'mailauth/lib/dkim/sign.js'
import { openKeptEvidence } from '#server/desk/evidence/evidence-store.ts'
import { intakeMail } from '#server/desk/reports/mail/intake-mail.ts'
import { asReport, type Report } from '#server/desk/reports/report-store.ts'
import {
  ourDomain,
  reporterDkim,
  reporterDomain,
  reporterIp,
  sendLetter,
  untilJudged,
  useAbusePortal,
} from '#test/support/desk/abuse.ts'
import { xarfFour } from '#test/support/letters/report-mails.ts'
import { accountIdOf, hanna, register } from '#test/support/people.ts'
import { eventually } from '#test/support/portal.ts'

const own = `${hanna.login}@${ourDomain}`
let hannaId: string
const portal = useAbusePortal({}, async (portal) => {
  await register(portal, hanna)
  hannaId = await accountIdOf(portal, hanna.login)
})

let count = 0
interface MailDraft {
  readonly from?: string
  readonly subject?: string
  readonly more?: readonly string[]
  readonly body?: string
  readonly messageId?: string
}

const write = ({ from, subject, more = [], body = 'hello', messageId }: MailDraft = {}): string =>
  [
    `From: ${from ?? `olga@${reporterDomain}`}`,
    `To: abuse@${ourDomain}`,
    `Subject: ${subject ?? 'Your customer'}`,
    'Date: Thu, 11 Jun 2026 10:00:00 +0200',
    `Message-ID: <${messageId ?? `m.${++count}@${reporterDomain}`}>`,
    'MIME-Version: 1.0',
    ...(more.some((line) => /^content-type/i.test(line))
      ? []
      : ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit']),
    ...more,
    '',
    body,
    '',
  ].join('\r\n')

const hand = (mail: string) => intakeMail(portal.parts.desk, Buffer.from(mail))

async function newest(): Promise<Report> {
  const row = await portal.db('abuse_reports').orderBy('id', 'desc').first()
  return asReport(portal.keyring, row)
}

async function signed(mail: string): Promise<string> {
  const { signatures } = await dkimSign(Buffer.from(mail), {
    signingDomain: reporterDomain,
    selector: reporterDkim.keySelector,
    privateKey: '',
    canonicalization: 'relaxed/relaxed',
    signTime: portal.clock.now(),
    signatureData: [
      {
        signingDomain: reporterDomain,
        selector: reporterDkim.keySelector,
        privateKey: reporterDkim.privateKey,
      },
    ],
  })
  return signatures + mail
}

interface Sent {
  readonly to: string
  readonly subject: string
  readonly text: string
}
const outbox = async (to: string): Promise<Sent[]> =>
  (JSON.parse((await portal.visitor().get('/dev/outbox.json')).html) as Sent[]).filter(
    (each) => each.to === to,
  )

const sentId = async (): Promise<string> => {
  const row = await eventually(() => portal.db('messages').where({ channel: 'mail' }).first())
  return row.id
}

const parts = (type: string, ...bodies: readonly string[]) => ({
  more: [`Content-Type: ${type}; boundary=bb`],
  body: `${bodies.map((each) => `--bb\r\n${each}\r\n`).join('')}--bb--`,
})

test('of all mail to the desk only answers to our own mail are dropped', async () => {
  const words = { body: `${own} threatens me` }
  assert.equal((await hand(await signed(write(words)))).kind, 'reports')
  const id = await sentId()
  const answer = (header: string) => ({ more: [header], body: 'I am away' })
  const bounce = (messageId: string) =>
    parts(
      'multipart/report; report-type=delivery-status',
      'Content-Type: text/plain\r\n\r\nUser unknown',
      'Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x',
      `Content-Type: text/rfc822-headers\r\n\r\nFrom: a@b.example\r\nMessage-ID: <${messageId}>`,
    )
  const dropped: Record<string, string> = {
    'an answer': write(answer(`In-Reply-To: <${id}@localhost>`)),
    'an answer of an old machine': write(answer(`References: <x@y> <${id}@localhost>`)),
    'a bounce of ours': write({ from: 'MAILER-DAEMON@x.example', ...bounce(`${id}@localhost`) }),
    'a receipt': write({
      ...parts(
        'multipart/report; report-type=disposition-notification',
        'Content-Type: text/plain\r\n\r\nread',
        'Content-Type: message/disposition-notification\r\n\r\n' +
          `Original-Message-ID: <${id}@localhost>`,
      ),
    }),
    'a loop': write({ more: ['X-Postern-Loop: 1'] }),
  }
  for (const [what, mail] of Object.entries(dropped))
    assert.equal((await hand(mail)).kind, 'left', what)
  const made = `${randomUUID()}@localhost`
  const taken: Record<string, string> = {
    'an answer to somebody else': write(answer(`In-Reply-To: <a.letter@${ourDomain}>`)),
    'an answer to a made-up mail of ours': write(answer(`In-Reply-To: <${made}>`)),
    'a bounce of somebody else': write({ from: 'postmaster@x.example', ...bounce(made) }),
    'an absence note': write({ more: ['Auto-Submitted: auto-replied'] }),
    'a notice of a blocklist': write({ more: ['Precedence: bulk', 'Return-Path: <>'] }),
    'a mail that poses as ours': write({ from: `abuse@${ourDomain}` }),
    'a mail without a subject': write({ subject: '' }),
    'a picture alone': write({
      more: ['Content-Type: image/png', 'Content-Transfer-Encoding: base64'],
      body: 'iVBORw0KGgo=',
    }),
  }
  for (const [what, mail] of Object.entries(taken)) {
    assert.equal((await hand(mail)).kind, 'reports', what)
    const report = await newest()
    assert.equal(report.answerLocale, null, what)
    assert.ok(report.evidenceId, what)
  }
})

test('a mail that reports without a letter never accuses its own sender', async () => {
  const letter = await sendLetter(portal.keyring, {
    accountId: hannaId,
    from: own,
    subject: 'Help',
    body: 'boris@elsewhere.example wants to kill me',
  })
  assert.equal((await hand(letter)).kind, 'reports')
  await untilJudged(portal)
  const report = await newest()
  assert.deepEqual([report.verdict, report.how, report.senderBy], ['unproven', 'none', null])
  const found = await portal.db('abuse_cases').where({ id: report.caseId }).first()
  assert.equal(found.account_id, null)
  const kept = await openKeptEvidence(portal.db, portal.keyring, report.evidenceId ?? '')
  assert.equal(kept?.source.toString('latin1'), letter)
})

test('the only address of ours in the words of a report is the one that it is about', async () => {
  await hand(write({ body: `${own} writes to me, and abuse@${ourDomain} says nothing` }))
  assert.equal((await newest()).details.sender, own)
  await hand(write({ body: `${own} or boris@${ourDomain}` }))
  assert.equal((await newest()).details.sender, null)
})

test('a mail that arrives by two ways is one, and another mail with its message-id is not', async () => {
  const mail = write({ messageId: `constant@${reporterDomain}`, body: 'first' })
  const [one, two] = await Promise.all([hand(mail), hand(`Received: by x; now\r\n${mail}`)])
  assert.deepEqual([one.kind, two.kind].toSorted(), ['again', 'reports'])
  const other = write({ messageId: `constant@${reporterDomain}`, body: 'second' })
  assert.equal((await hand(other)).kind, 'reports')
})

test('a report by mail is answered only if SPF or DKIM shows who sent it', async () => {
  const to = (name: string) => `${name}@${reporterDomain}`
  const from = (name: string, more: readonly string[] = []) => write({ from: to(name), more })
  const received = (ip: string) =>
    `Received: from mx.${reporterDomain} (mx [${ip}]) by mx1.${ourDomain} (Postfix) with ESMTP id 1`
  const path = (address: string) => `Return-Path: <${address}>`
  const stranger = 'x@bad.example'
  const mails: Record<string, [string, boolean]> = {
    dkim: [await signed(from('dkim')), true],
    spf: [`${path(to('spf'))}\r\n${received(reporterIp)}\r\n${from('spf')}`, true],
    nothing: [from('nothing'), false],
    changed: [(await signed(from('changed'))).replace('hello', 'hallo'), false],
    foreign: [(await signed(from('foreign'))).replaceAll(to('foreign'), stranger), false],
    host: [`${path(to('host'))}\r\n${received('192.0.2.99')}\r\n${from('host')}`, false],
    unaligned: [`${path(stranger)}\r\n${received(reporterIp)}\r\n${from('unaligned')}`, false],
    below: [`${received(reporterIp)}\r\n${path(to('below'))}\r\n${from('below')}`, false],
  }
  for (const [name, [mail, answered]] of Object.entries(mails)) {
    assert.equal((await hand(mail)).kind, 'reports', name)
    assert.equal((await newest()).answerLocale !== null, answered, name)
  }
  await eventually(async () => (await outbox(to('spf'))).length === 1)
  assert.equal((await outbox(to('nothing'))).length, 0)
  const mine = await sendLetter(portal.keyring, { accountId: hannaId, from: own, body: 'words' })
  assert.equal((await hand(mine)).kind, 'reports')
  assert.ok((await newest()).answerLocale, 'our own submission shows who sent it')
  const posing = `boris.b@${ourDomain}`
  await hand(await sendLetter(portal.keyring, { accountId: hannaId, from: posing, body: 'words' }))
  assert.equal((await newest()).answerLocale, null)
})

test('mail reporters are answered in the language of their mail', async () => {
  const forward = (label: string, from: string, subject: string) =>
    `\r\n-------- ${label} --------\r\n${from}: x@${ourDomain}\r\n${subject}: Win\r\n\r\nPay\r\n`
  const mails: [MailDraft, string][] = [
    [{ body: 'Пішу вам, бо гэты чалавек дасылае мне ашуканскія лісты' }, 'be'],
    [{ body: 'Этот человек присылает мне мошеннические письма' }, 'ru'],
    [{ body: 'Guten Tag, ich bekomme von dieser Adresse jeden Tag Werbung' }, 'de'],
    [{ body: 'Please stop this person, he sends me spam every day' }, 'en'],
    [{ body: forward('Weitergeleitete Nachricht', 'Von', 'Betreff') }, 'de'],
    [{ body: forward('Перасланае паведамленне', 'Ад каго', 'Тэма') }, 'be'],
    [{ body: '12345', more: ['Content-Language: de-AT'] }, 'de'],
  ]
  for (const [draft, locale] of mails) {
    await hand(await signed(write({ from: `lang.${++count}@${reporterDomain}`, ...draft })))
    assert.equal((await newest()).answerLocale, locale, draft.body)
  }
})

test('of a mail with more than 20 letters the reporter learns what was not taken', async () => {
  const from = `many@${reporterDomain}`
  const letters = Array.from(
    { length: 23 },
    (_, n) =>
      `Content-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\nMessage-ID: <${n}@b>\r\n\r\nx`,
  )
  const taken = await hand(await signed(write({ from, ...parts('multipart/mixed', ...letters) })))
  assert.ok(taken.kind === 'reports' && taken.references.length === 20)
  const [mail] = await eventually(async () => {
    const sent = await outbox(from)
    return sent.length > 0 && sent
  })
  assert.match(mail?.text ?? '', /20.*3 emails were not taken/s)
  const first = await portal.db('abuse_reports').where({ reference: taken.references[0] }).first()
  assert.equal(asReport(portal.keyring, first).details.lettersLeft, 3)
})

test('an answer of a person that brings a letter is a report', async () => {
  const id = await sentId()
  const { more, body } = parts(
    'multipart/mixed',
    'Content-Type: message/rfc822\r\n\r\nFrom: a@b\r\n\r\nx',
  )
  const answer = { more: [...more, `In-Reply-To: <${id}@localhost>`], body }
  assert.equal((await hand(write(answer))).kind, 'reports')
})

test('what a reporter marks as internal is kept nowhere', async () => {
  const xarf = (change: object) => {
    const report = { ...xarfFour('From: a@b.example\r\n\r\nx'), ...change }
    return write({ more: ['Content-Type: application/json'], body: JSON.stringify(report) })
  }
  for (const change of [{}, { evidence: [] }, { evidence: 'none' }]) {
    assert.equal((await hand(xarf(change))).kind, 'reports')
    const { evidenceId, details, channel } = await newest()
    const kept = await openKeptEvidence(portal.db, portal.keyring, evidenceId ?? '')
    assert.doesNotMatch(`${kept?.source}${JSON.stringify(details)}`, /Sekretna|INT-4711|_internal/)
    assert.equal(channel, 'feedback-loop')
  }
})
