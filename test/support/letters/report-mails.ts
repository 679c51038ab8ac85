// Mails to the abuse address: feedback loops, forwarded letters, and mail of machines.

import type { Verdict } from '#server/desk/provenance/provenance-rules.ts'
import type { ReportKind } from '#server/desk/reports/report-kind.ts'
import { base64Lines, encode, words } from './charsets.ts'
import { plainDraft } from './letter-table.ts'
import { type OurMail, ourDomain, receivedAt, toBinary } from './our-mail.ts'

export const abuseAddress = `abuse@${ourDomain}`

export interface ReportMailRow {
  readonly name: string
  readonly mail: Buffer
  /** A report with its kind and verdict, or another outcome. */
  readonly expected:
    | {
        readonly kind: 'report'
        readonly how: string
        readonly verdict: Verdict
        readonly acknowledge: boolean
        readonly reportKind?: ReportKind | null
        readonly reporter?: string
        readonly letters?: number
        readonly note?: string
      }
    /** In words, by a person or by a machine. */
    | { readonly kind: 'no-letter'; readonly acknowledge: boolean }
    /** Comes back to us. */
    | { readonly kind: 'ours' }
}

const b = (binary: string) => Buffer.from(binary, 'latin1')
const utf8 = (text: string) => encode('utf-8', text)

function person(extra: readonly string[], body: string, subject = 'Fwd: suspicious'): string {
  return [
    `From: Olga <olga@elsewhere.example>`,
    `To: ${abuseAddress}`,
    `Subject: ${subject}`,
    'Date: Thu, 11 Jun 2026 10:00:00 +0200',
    `Message-ID: <${subject.length}.${body.length}@elsewhere.example>`,
    'MIME-Version: 1.0',
    ...extra,
    '',
    body,
  ].join('\r\n')
}

function multipart(
  type: string,
  parts: readonly string[],
  head: readonly string[] = [],
  subject?: string,
): string {
  return person(
    [`Content-Type: ${type}; boundary="=_rep"`, ...head],
    `${parts.map((part) => `--=_rep\r\n${part}\r\n`).join('')}--=_rep--\r\n`,
    subject,
  )
}

function arf(
  from: string,
  report: readonly string[],
  letter: string,
  letterType = 'message/rfc822',
  wrap = 'multipart/report; report-type=feedback-report',
): Buffer {
  const mail = multipart(wrap, [
    'Content-Type: text/plain; charset=us-ascii\r\n\r\n' +
      'This is an email abuse report for a message received on 10 Jun 2026.\r\n',
    `Content-Type: message/feedback-report\r\n\r\n${report.join('\r\n')}\r\n`,
    `Content-Type: ${letterType}\r\nContent-Disposition: inline\r\n\r\n${letter}`,
  ])
  return b(
    'Return-Path: <>\r\nAuto-Submitted: auto-generated\r\n' +
      `${mail.replace(/^From: .*$/m, `From: ${from}`)}`,
  )
}

function xarf(report: object): Buffer {
  return b(
    multipart('multipart/mixed', [
      'Content-Type: text/plain\r\n\r\nAn abuse report is attached.\r\n',
      'Content-Type: application/json; name="xarf.json"\r\n' +
        `Content-Transfer-Encoding: base64\r\n\r\n${base64Lines(JSON.stringify(report))}`,
    ]),
  )
}

export const xarfFour = (letter: string) => ({
  xarf_version: '4.0.0',
  report_id: '7f9619ff-8b86-4011-b42d-00c04fc964ff',
  timestamp: '2026-06-10T09:00:04Z',
  reporter: { org: 'Elsewhere', contact: 'abuse@elsewhere.example', domain: 'elsewhere.example' },
  source_identifier: '203.0.113.5',
  category: 'messaging',
  type: 'phishing',
  smtp_from: `hanna@${ourDomain}`,
  evidence: [
    {
      content_type: 'message/rfc822',
      payload: Buffer.from(letter, 'latin1').toString('base64'),
      description: 'The letter',
      _internal: { analyst: 'Zofia Sekretna' },
    },
  ],
  _internal: { ticket: 'INT-4711', analyst: 'Zofia Sekretna' },
})

const xarfThree = (letter: string) => ({
  Version: '3',
  ReporterInfo: { ReporterOrg: 'Elsewhere', ReporterOrgEmail: 'abuse@elsewhere.example' },
  Disclosure: true,
  Report: {
    ReportClass: 'Activity',
    ReportType: 'Spam',
    Date: '2026-06-10T09:00:04Z',
    SourceIp: '203.0.113.5',
    SmtpMailFromAddress: `hanna@${ourDomain}`,
    Samples: [
      {
        ContentType: 'message/rfc822',
        Base64Encoded: true,
        Payload: Buffer.from(letter, 'latin1').toString('base64'),
      },
    ],
  },
})

export async function reportMailTable(mail: OurMail): Promise<ReportMailRow[]> {
  const letter = receivedAt('google') + (await mail.send(plainDraft))
  const header = letter.slice(0, letter.indexOf('\r\n\r\n') + 2)
  const stripped = header.replace(/^To: .*$/m, 'To: redacted@redacted.example')
  const forged =
    receivedAt('yandex', { ip: '192.0.2.66', name: 'mail.bad.example' }) + toBinary(plainDraft)
  const attached = (type: string, head: readonly string[] = []) =>
    b(
      multipart(
        'multipart/mixed',
        ['Content-Type: text/plain\r\n\r\nThis is fraud!\r\n', `${type}\r\n\r\n${letter}`],
        head,
      ),
    )
  const inline = (text: string, subject?: string) =>
    b(
      person(
        ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
        utf8(text),
        subject,
      ),
    )
  const v01 = ['Feedback-Type: abuse', 'User-Agent: SomeGenerator/1.0', 'Version: 1']
  const report = (how: string, verdict: Verdict, acknowledge: boolean, more: object = {}) => ({
    kind: 'report' as const,
    how,
    verdict,
    acknowledge,
    ...more,
  })
  const loop = (more: object = {}) =>
    report('feedback-loop', 'proven', false, { reportKind: 'spam', ...more })
  const retold = report('retold', 'unproven', true)

  return [
    {
      name: 'Yahoo',
      mail: arf(
        'Yahoo! Mail AntiSpam Feedback <feedback@arf.mail.yahoo.example>',
        [
          ...v01.map((line) => line.replace('SomeGenerator', 'Yahoo!-Mail-Feedback')),
          `Original-Mail-From: <hanna@${ourDomain}>`,
          'Original-Rcpt-To: reader@yahoo.example',
          'Source-IP: 203.0.113.5',
          `Reported-Domain: ${ourDomain}`,
          'Arrival-Date: Wed, 10 Jun 2026 09:00:04 +0000',
        ],
        letter,
      ),
      expected: loop({ reporter: 'reader@yahoo.example' }),
    },
    {
      name: 'AOL and Verizon',
      mail: arf(
        'scomp@aol.example',
        [
          'Feedback-Type: abuse',
          'User-Agent: AOL SComp',
          'Version: 0.1',
          'Received-Date: Wed, 10 Jun 2026 05:00:04 -0400 (EDT)',
          'Source-IP: 203.0.113.5',
          `Reported-Domain: ${ourDomain}`,
          'Redacted-Address: redacted',
          'Redacted-Address: redacted@',
        ],
        letter,
      ),
      expected: loop({ reporter: 'scomp@aol.example' }),
    },
    {
      name: 'Outlook’s junk mail programme',
      mail: b(
        'Return-Path: <>\r\n' +
          `${multipart(
            'multipart/mixed',
            [
              'Content-Type: message/rfc822\r\nContent-Disposition: attachment\r\n\r\n' +
                `X-HmXmrOriginalRecipient: reader@hotmail.example\r\n${letter}`,
            ],
            [],
            'complaint about message from 203.0.113.5',
          ).replace(/^From: .*$/m, 'From: staff@hotmail.example')}`,
      ),
      expected: report('attached', 'proven', false, { reportKind: null }),
    },
    {
      name: 'Outlook’s junk mail programme as ARF',
      mail: arf(
        'staff@hotmail.example',
        [
          'Feedback-Type: abuse',
          'User-Agent: JMRP/1.0',
          'Version: 1',
          'Source-IP: [203.0.113.5]',
          'Original-Mail-From: <hanna@posta.example>',
        ],
        letter,
      ),
      expected: loop(),
    },
    {
      name: 'Mail.ru',
      mail: arf(
        '"Mail.Ru FBL" <fbl@corp.mail.example>',
        [
          'Feedback-Type: abuse',
          'User-Agent: Mail.Ru-FBL/1.0',
          'Version: 0.1',
          'Original-Rcpt-To: <reader@inbox.example>',
          'Incidents: 1',
        ],
        letter,
        'message/rfc822; name="message.eml"',
      ),
      expected: loop({ reporter: 'reader@inbox.example' }),
    },
    {
      name: 'Yandex',
      mail: arf(
        'fbl@yandex.example',
        [
          'Feedback-Type:abuse',
          'Version:1',
          'User-Agent:Yandex-FBL',
          'Source-IP:203.0.113.5',
          'X-Yandex-Queue-ID: abc',
        ],
        letter,
        'text/rfc822-headers',
      ),
      expected: loop(),
    },
    {
      name: 'a loop that sends headers only',
      mail: arf(
        'fbl@isp.example',
        v01,
        stripped.replace('To: redacted@redacted.example', 'To: reader@elsewhere.example'),
        'text/rfc822-headers',
      ),
      expected: loop(),
    },
    {
      name: 'a loop that strikes out the recipient',
      mail: arf('fbl@isp.example', v01, letter.replace('To: reader@', 'To: redacted@')),
      expected: loop(),
    },
    {
      name: 'a loop about fraud',
      mail: arf('phish@isp.example', ['Feedback-Type: fraud', 'Version: 1'], letter),
      expected: loop({ reportKind: 'phishing' }),
    },
    {
      name: 'a loop about a virus',
      mail: arf('av@isp.example', ['feedback-type: virus', 'Version: 1'], letter),
      expected: loop({ reportKind: 'malware' }),
    },
    {
      name: 'a loop of another kind',
      mail: arf('x@isp.example', ['Feedback-Type: other', 'Version: 1'], letter),
      expected: loop({ reportKind: 'other' }),
    },
    {
      name: 'a loop whose parts are folded and in base64',
      mail: b(
        'Return-Path: <>\r\n' +
          `${multipart('multipart/report;\r\n\treport-type="feedback-report"', [
            'Content-Type: text/plain\r\n\r\nreport\r\n',
            'Content-Type: message/feedback-report\r\nContent-Transfer-Encoding: base64\r\n' +
              `\r\n${base64Lines('Feedback-Type: abuse\r\nVersion: 1\r\nUser-Agent: Folded\r\n Agent/2\r\n')}`,
            'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n' +
              `${base64Lines(letter)}`,
          ])}`,
      ),
      expected: loop(),
    },
    {
      name: 'a loop about a forged letter',
      mail: arf('fbl@yandex.example', v01, forged),
      expected: report('feedback-loop', 'not-ours', false, { reportKind: 'spam' }),
    },
    {
      name: 'a loop that takes it back',
      mail: arf('fbl@isp.example', ['Feedback-Type: not-spam', 'Version: 1'], letter),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'a report on failed authentication',
      mail: arf(
        'dmarc@isp.example',
        ['Feedback-Type: auth-failure', 'Version: 1', 'Auth-Failure: dmarc'],
        letter,
      ),
      expected: { kind: 'no-letter', acknowledge: false },
    },

    ...[
      { name: 'a loop of a type in quotation marks', type: 'Feedback-Type: "abuse"', kind: 'spam' },
      { name: 'a loop of an unknown type', type: 'Feedback-Type: miscategorized', kind: 'other' },
      { name: 'a loop that names no type', type: 'X-Origin: fbl', kind: 'other' },
    ].map(({ name, type, kind }) => ({
      name,
      mail: arf('fbl@isp.example', [type, 'User-Agent: FBL/1', 'Version: 1'], letter),
      expected: loop({ reportKind: kind }),
    })),
    {
      name: 'a loop whose report is of a wrong type',
      mail: b(
        arf('fbl@isp.example', v01, letter)
          .toString('latin1')
          .replace('message/feedback-report', 'application/octet-stream'),
      ),
      expected: loop(),
    },
    {
      name: 'XARF 4',
      mail: xarf(xarfFour(letter)),
      expected: loop({ reportKind: 'phishing' }),
    },
    {
      name: 'XARF 3',
      mail: xarf(xarfThree(letter)),
      expected: loop(),
    },
    {
      name: 'XARF that fits no schema',
      mail: xarf({ ...xarfFour(letter), evidence: 'none' }),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'a letter that somebody redirected',
      mail: b(`Resent-From: olga@elsewhere.example\r\nX-Postern-Loop: 1\r\n${letter}`),
      expected: report('redirected', 'proven', false, { reporter: 'olga@elsewhere.example' }),
    },
    {
      name: 'Thunderbird, forwarded as attachment',
      mail: attached(
        'Content-Type: message/rfc822; charset=UTF-8; name="Your account.eml"\r\n' +
          'Content-Disposition: attachment; filename="Your account.eml"',
        ['User-Agent: Mozilla Thunderbird'],
      ),
      expected: report('attached', 'proven', true, {
        note: 'This is fraud!',
        reporter: 'olga@elsewhere.example',
        reportKind: null,
      }),
    },
    {
      name: 'Outlook, as an attached item',
      mail: attached(
        'Content-Type: message/rfc822\r\nContent-Disposition: attachment;\r\n' +
          '\tcreation-date="Thu, 11 Jun 2026 08:00:00 GMT"',
      ),
      expected: report('attached', 'proven', true),
    },
    {
      name: 'Apple Mail, forwarded as attachment',
      mail: attached(
        'Content-Disposition: attachment;\r\n\tfilename=letter.eml\r\n' +
          'Content-Type: message/rfc822;\r\n\tx-mac-hide-extension=yes;\r\n' +
          '\tname="letter.eml"\r\nContent-Transfer-Encoding: 7bit',
      ),
      expected: report('attached', 'proven', true),
    },
    {
      name: 'a web mailer, saved and attached as octets',
      mail: b(
        multipart('multipart/mixed', [
          'Content-Type: text/plain\r\n\r\nlook\r\n',
          'Content-Type: application/octet-stream; name="message.eml"\r\n' +
            `Content-Transfer-Encoding: base64\r\n\r\n${base64Lines(letter)}`,
        ]),
      ),
      expected: report('attached', 'proven', true),
    },
    {
      name: 'a text file with the source',
      mail: b(
        multipart('multipart/mixed', [
          'Content-Type: text/plain\r\n\r\nlook\r\n',
          'Content-Type: text/plain; name="headers.txt"\r\n' +
            'Content-Disposition: attachment; filename="headers.txt"\r\n' +
            `Content-Transfer-Encoding: base64\r\n\r\n${base64Lines(letter)}`,
        ]),
      ),
      expected: report('attached', 'proven', true),
    },
    {
      name: 'two letters attached',
      mail: b(
        multipart('multipart/mixed', [
          `Content-Type: message/rfc822\r\n\r\n${letter}`,
          `Content-Type: message/rfc822\r\n\r\n${letter}`,
        ]),
      ),
      expected: report('attached', 'proven', true, { letters: 2 }),
    },
    {
      name: 'a digest',
      mail: b(multipart('multipart/digest', [`\r\n${letter}`])),
      expected: report('attached', 'proven', true),
    },
    {
      name: 'a letter attached by an automatic tool',
      mail: attached('Content-Type: message/rfc822', ['Auto-Submitted: auto-generated']),
      expected: report('attached', 'proven', false),
    },
    {
      name: 'a letter of somebody else attached',
      mail: b(multipart('multipart/mixed', [`Content-Type: message/rfc822\r\n\r\n${forged}`])),
      expected: report('attached', 'not-ours', true),
    },

    {
      name: 'a pasted source',
      mail: b(person(['Content-Type: text/plain'], `Here is what I got:\r\n\r\n${letter}`)),
      expected: report('pasted', 'proven', true, { note: 'Here is what I got:' }),
    },
    {
      name: 'a pasted header',
      mail: b(person(['Content-Type: text/plain'], `Headers below.\r\n\r\n${header}`)),
      expected: report('pasted', 'proven', true),
    },
    {
      name: 'a pasted source, quoted',
      mail: b(person(['Content-Type: text/plain'], letter.replace(/^(?!\n)/gm, '> '))),
      expected: report('pasted', 'proven', true),
    },

    {
      name: 'Thunderbird, forwarded inline',
      mail: inline(
        'bitte prüfen\n\n-------- Weitergeleitete Nachricht --------\nBetreff: Ihr ' +
          `Konto\nDatum: Wed, 10 Jun 2026 12:00:00 +0200\nVon: Hanna <hanna@${ourDomain}>` +
          '\nAn: olga@elsewhere.example\n\nZahlen Sie jetzt.\n',
      ),
      expected: { ...retold, note: 'bitte prüfen' },
    },
    {
      name: 'Gmail, forwarded inline',
      mail: inline(
        `---------- Forwarded message ---------\nFrom: Hanna <hanna@${ourDomain}>\nDate: ` +
          'Wed, Jun 10, 2026 at 12:00\nSubject: Your account\nTo: <olga@elsewhere.example>' +
          '\n\n\nPay now.\n',
      ),
      expected: retold,
    },
    {
      name: 'Outlook, forwarded inline',
      mail: inline(
        `From: Hanna <hanna@${ourDomain}>\nSent: Wednesday, June 10, 2026 12:00 PM\nTo: ` +
          'Olga\nSubject: Your account\n\nPay now.\n',
      ),
      expected: retold,
    },
    {
      name: 'Outlook in Russian, forwarded inline',
      mail: inline(
        `проверьте\n\nОт: Hanna <hanna@${ourDomain}>\nОтправлено: 10 июня 2026 г. ` +
          '12:00\nКому: Ольга\nТема: Ваш счёт\n\nОплатите.\n',
      ),
      expected: retold,
    },
    {
      name: 'Apple Mail, forwarded inline',
      mail: inline(
        `\n\nBegin forwarded message:\n\n> From: Hanna <hanna@${ourDomain}>\n> Subject: ` +
          'Your account\n> Date: 10 June 2026 at 12:00:00 CEST\n> To: ' +
          'olga@elsewhere.example\n> \n> Pay now.\n',
      ),
      expected: retold,
    },
    {
      name: 'Yandex Mail, forwarded inline',
      mail: inline(
        '-------- Пересылаемое сообщение --------\n10.06.2026, 12:00, "Hanna" ' +
          `<hanna@${ourDomain}>:\nОт кого: Hanna <hanna@${ourDomain}>\nТема: Ваш ` +
          'счёт\n\nОплатите.\n-------- Конец пересылаемого сообщения --------\n',
      ),
      expected: retold,
    },
    {
      name: 'Mail.ru, forwarded inline',
      mail: inline(
        `-------- Пересылаемое сообщение --------\nОт кого: Hanna <hanna@${ourDomain}>` +
          '\nКому: olga@elsewhere.example\nДата: Среда, 10 июня 2026, 12:00 +03:00\nТема: ' +
          'Ваш счёт\n\nОплатите.\n',
      ),
      expected: retold,
    },
    {
      name: 'K-9, forwarded inline',
      mail: inline(
        `-------- Original Message --------\nFrom: Hanna <hanna@${ourDomain}>\nSent: 10 ` +
          'June 2026 12:00:00 CEST\nTo: olga@elsewhere.example\nSubject: Your account\n\nPay ' +
          'now.\n',
      ),
      expected: retold,
    },
    {
      name: 'The Bat!, forwarded inline',
      mail: inline(
        `This is a forwarded message\nFrom: Hanna <hanna@${ourDomain}>\nTo: ` +
          'olga@elsewhere.example\nDate: Wednesday, June 10, 2026, 12:00:00 PM\nSubject: ' +
          'Your account\n\n===8<==============Original message text===============\nPay ' +
          'now.\n===8<===========End of original message text===========\n',
      ),
      expected: retold,
    },
    {
      name: 'a Belarusian web mailer, forwarded inline',
      mail: inline(
        'Гэта махляры\n\n-------- Перасланае паведамленне --------\nАд каго: Hanna ' +
          `<hanna@${ourDomain}>\nКаму: olga@elsewhere.example\nДата: 10 чэрвеня 2026\nТэма: ` +
          'Ваш рахунак\n\nАплаціце.\n',
      ),
      expected: { ...retold, note: 'Гэта махляры' },
    },
    {
      name: 'a forward of somebody else’s letter',
      mail: inline(
        '---------- Forwarded message ---------\nFrom: Eve <eve@bad.example>\nDate: Wed, ' +
          'Jun 10, 2026\nSubject: Win\nTo: <olga@elsewhere.example>\n\nPay.\n',
      ),
      expected: report('retold', 'not-ours', true),
    },
    {
      name: 'a complaint without a letter',
      mail: inline('hanna@posta.example is writing to me every day, please stop her'),
      expected: { kind: 'no-letter', acknowledge: true },
    },

    {
      name: 'our own answer, come back',
      mail: b(`X-Postern-Loop: 1\r\n${letter}`),
      expected: { kind: 'ours' },
    },
    {
      name: 'a letter from the abuse address itself',
      mail: b(person([], 'x').replace(/^From: .*$/m, `From: ${abuseAddress}`)),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'a letter that was delivered here twice',
      mail: b(
        `Delivered-To: ${abuseAddress}\r\nDelivered-To: ${abuseAddress}\r\n${person([], 'x')}`,
      ),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'a letter with endless relays',
      mail: b(
        `${'Received: from a by b; Wed, 10 Jun 2026 09:00:00 +0000\r\n'.repeat(60)}${person([], 'x')}`,
      ),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'a delivery report',
      mail: b(
        'Return-Path: <>\r\n' +
          `${multipart('multipart/report; report-type=delivery-status', ['Content-Type: text/plain\r\n\r\nThe mail system\r\n', 'Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n', `Content-Type: message/rfc822\r\n\r\n${letter}`])}`,
      ),
      expected: report('attached', 'proven', false),
    },
    {
      name: 'a plain bounce',
      mail: b(
        person([], 'User unknown').replace(
          /^From: .*$/m,
          'From: Mail Delivery Subsystem <MAILER-DAEMON@elsewhere.example>',
        ),
      ),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'a mail with a null sender',
      mail: b(`Return-Path: <>\r\n${person([], 'gone')}`),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'an automatic answer',
      mail: b(person(['Auto-Submitted: auto-replied'], 'I am away')),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'an automatic answer of an old program',
      mail: b(person(['Precedence: bulk'], 'I am away')),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'an automatic answer of a web mailer',
      mail: b(person(['X-Autoreply: yes'], 'I am away')),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'an absence note in German',
      mail: b(person([], 'Ich bin weg', words('utf-8', 'Abwesenheitsnotiz: Urlaub', 'B', 60))),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'an absence note in Russian',
      mail: b(person([], 'x', words('koi8-r', 'Автоответ: в отпуске', 'B', 60))),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'an absence note in Belarusian',
      mail: b(person([], 'x', words('utf-8', 'Аўтаадказ: адпачынак', 'B', 60))),
      expected: { kind: 'no-letter', acknowledge: false },
    },
    {
      name: 'a person who says that nothing is automatic',
      mail: b(person(['Auto-Submitted: no'], 'please act')),
      expected: { kind: 'no-letter', acknowledge: true },
    },
  ]
}
