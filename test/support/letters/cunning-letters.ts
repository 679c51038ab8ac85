// Letters of a sender who knows the source: odd fields, folds, sizes and encodings. Latin1, CRLF.
import type { Dice } from './dice.ts'

const words = [
  'pay',
  'now',
  'or',
  'else',
  'your',
  'account',
  'boundary=zz',
  '&lt;b&gt;',
  '> ',
  '--',
]
const utf8 = Buffer.from('Прывітанне, плаці зараз. Zahle jetzt, naïve à la carte', 'utf8')
const koi8 = Buffer.from('f0d2c9d7c5d42c20dacdc5ca20', 'hex').toString('latin1')
const text8 = utf8.toString('latin1')
const long = (length: number) => 'abcdefghij'.repeat(Math.ceil(length / 10)).slice(0, length)
const lengths = [997, 998, 999, 1000, 1994, 1995, 1996, 2047, 2048, 2049, 4097]

export interface Identity {
  readonly from: string
  readonly date: string
  readonly messageId: string
}

const oddFields: readonly ((dice: Dice) => string)[] = [
  () => 'X: 1',
  () => 'X-A: a\r\n \r\n b',
  () => 'X-A: a\r\n\t\t\r\n \r\n\tb',
  () => '2Subject: x',
  () => 'Subject : spaced',
  () => `${long(90)}: x`,
  (dice) => `Comments: ${long(dice.pick(lengths))}`,
  (dice) => `Keywords: ${`${long(dice.pick(lengths))}\r\n `.repeat(3)}end`,
  (dice) => Array.from({ length: 200 + dice.roll(1200) }, (_, at) => `X-${at}: b`).join('\r\n'),
  () => 'Comments: &lt;a@b.example&gt;',
  () => 'X-Postern-Trace: v=2; k=00000000; m=; d=; h=AAAA',
  () => 'X-Postern-Trace : v=1',
  () => `X-Big: ${`${long(900)}\r\n `.repeat(80)}end`,
  () =>
    'Received: from x (y [192.0.2.9]) by mx.google.com with SMTP id 1; Wed, 10 Jun 2026 1:0:0 Z',
  () => 'List-Id: <x.example>',
  () => 'Content-Length: 3',
  () => 'Content-Description: a\r\n b',
  () => 'Content-Language: be\r\nContent-Language: ru',
  () => 'Resent-From: x@postern.example',
  () => `Reply-To: ${long(30)}@elsewhere.example,\r\n\t"A, B" <b@elsewhere.example>`,
  () => 'Sender: "x" <x@elsewhere.example>',
  () => 'Cc: undisclosed-recipients:;',
  () => 'Cc: a@elsewhere.example\r\nCc: b@elsewhere.example',
  () => 'To: One <one@elsewhere.example>,\r\n Two <two@elsewhere.example>',
  () => `To: ${Array.from({ length: 150 }, (_, at) => `r${at}@elsewhere.example`).join(',\r\n ')}`,
  () => 'MIME-Version: 1.0 (produced\r\n by x)',
  () => 'mime-version: 2',
  () => 'DKIM-Signature: v=1; a=rsa-sha256; d=postern.example; s=x; h=from; bh=AA==; b=AA==',
  () => 'X-A: a\u0000b',
  () => 'From : second@postern.example',
]

const subjects: readonly ((dice: Dice) => string)[] = [
  (dice) => `Subject: ${dice.pick(words)} ${dice.pick(words)}`,
  () => 'Subject: =?utf-8?q?a_=E2=80=AE_b?=\r\n =?koi8-r?B?8NLJ18XU?=',
  () => `Subject: ${text8}`,
  () => 'Subject: voil\u00c3\u00a0',
  (dice) => `Subject: ${long(dice.pick(lengths))}`,
  () => 'Subject: a  b   c \t d',
  () => 'Subject:',
  () => 'Subject: one\r\nSubject: two',
  () => 'Subject: x\ry',
  () => 'X-No: subject',
]

const base64 = (text: string) =>
  Buffer.from(text, 'latin1').toString('base64').replace(/.{76}/g, '$&\r\n')

type Body = readonly [fields: string, body: string]

const bodies: readonly ((dice: Dice) => Body)[] = [
  (dice) => ['', `${dice.pick(words)} ${dice.pick(words)}\r\n`],
  () => ['Content-Type: text/plain; charset=utf-8', `${text8}\r\n`],
  () => ['Content-Type: text/plain; charset=koi8-r', `${koi8}\r\n`],
  () => ['Content-Type: text/plain; charset=utf-7', 'Hi +AGE- +2D3c\r\n'],
  () => [
    'Content-Type: text/plain;\r\n\tcharset=utf-8\r\nContent-Transfer-Encoding: base64',
    `${base64(text8.repeat(40))}\r\n`,
  ],
  () => [
    'Content-Type: text/html',
    '<p>Pay <b>now</b> <a href=https://x.example/>here</a></p>\r\n',
  ],
  () => ['Content-Transfer-Encoding: quoted-printable', 'a=20b=\r\nc=D0=9F=\r\n'],
  (dice) => [
    '',
    `${dice.pick(lengths) % 2 ? '.' : 'x'}${long(dice.pick(lengths))}\r\n.\r\n..a\r\n`,
  ],
  (dice) => ['', `${long(dice.pick(lengths))}\r\n${long(dice.pick(lengths))}`],
  () => ['', '> a\r\n'.repeat(60)],
  () => ['', '    a\r\n'.repeat(60)],
  () => ['', 'From: x\r\nTo: y\r\nSubject: z\r\nDate: q\r\n\r\n'.repeat(10)],
  () => ['', 'From the start\r\n\r\n\r\n'],
  () => ['', ' \r\n\t\r\n \r\n'],
  () => ['', ''],
  () => ['', '\r\n\r\na\r\n \r\n\r\n\r\n'],
  () => ['', 'a\rb\r\nc\u0000d\r\ne\r\r\nf\r\n'],
  (dice) => ['', 'a\r\n'.repeat(1000 + dice.roll(170_000))],
  () => ['Content-Type: multipart/mixed; boundary=zz', '--zz\r\n\r\nshown\r\n--zz--\r\n'],
  () => [
    'Content-Type: multipart/mixed;\r\n boundary="a  b"',
    'pre\r\n--a  b\r\nContent-Type: text/plain\r\n\r\nthreat\r\n--a  b--\r\nhidden\r\n',
  ],
  () => [
    'Content-Type: multipart/mixed; boundary=a; boundary=b',
    '--a\r\n\r\none\r\n--a--\r\n--b\r\n\r\ntwo\r\n--b--\r\n',
  ],
  () => [
    'Content-Type: text/plain\r\nContent-Type: multipart/mixed; boundary=zz',
    'plain\r\n--zz\r\n\r\npart\r\n--zz--\r\n',
  ],
  () => ['Content-Type: message/rfc822', 'From: a@b.example\r\nSubject: in\r\n\r\ninner\r\n'],
  (dice) => [
    'Content-Type: multipart/mixed; boundary=zz',
    `--zz\r\nContent-Type: text/plain\r\n\r\nSee the file\r\n--zz\r\n` +
      'Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n' +
      `\r\n${base64('q'.repeat(20_000 + dice.roll(400_000)))}\r\n--zz--\r\n`,
  ],
  (dice) => [
    `Content-Type: multipart/mixed; boundary=z\r\nContent-Disposition: inline`,
    Array.from({ length: 1 + dice.roll(220) }, (_, at) => `--z\r\n\r\npart ${at}\r\n`).join(''),
  ],
]

/** The largest that submission takes has 25 MiB. */
export function largeLetter(mebibytes: number, { from, date, messageId }: Identity): string {
  const file = `${long(76)}\r\n`.repeat(Math.floor((mebibytes * 2 ** 20) / 78))
  return [
    `From: ${from}`,
    `Date: ${date}`,
    `Message-ID: ${messageId}`,
    'Subject: large',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=zz',
    '',
    '--zz',
    'Content-Type: text/plain',
    '',
    'The threat stands at the beginning.',
    '--zz',
    'Content-Type: application/octet-stream; name=a.bin',
    'Content-Transfer-Encoding: base64',
    '',
    `${file}--zz--`,
    '',
  ].join('\r\n')
}

export function cunningLetter(dice: Dice, { from, date, messageId }: Identity): string {
  const odd = () => Array.from({ length: dice.roll(4) }, () => dice.pick(oddFields)(dice))
  const [content, body] = dice.pick(bodies)(dice)
  const named = dice.hits(8) ? ['Message-ID: <odd id of nobody>'] : [`Message-ID: ${messageId}`]
  const fields = [
    ...odd(),
    `From: ${dice.hits(5) ? `"${long(40)}" \r\n <${from}>` : from}`,
    ...odd(),
    ...(dice.hits(10) ? [] : [`Date: ${date}`]),
    ...(dice.hits(10) ? [] : named),
    dice.pick(subjects)(dice),
    ...(content === '' ? [] : [content]),
    ...odd(),
  ]
  const digit = dice.hits(12) ? '2\r\n' : ''
  return `${digit}${fields.join('\r\n')}\r\n\r\n${body}`
}
