// Letters in the style of many mail programs. The people are invented.
import { base64Lines, encode, quotedPrintable, words } from './charsets.ts'
import { type Draft, ourDomain } from './our-mail.ts'

export interface ProgramLetter {
  readonly name: string
  readonly draft: Draft
  readonly subject: string
  /** A part of the text that the desk must show. */
  readonly says: string
  readonly attachments: readonly string[]
}

interface Style {
  readonly name: string
  readonly language: string
  readonly charset: string
  readonly subject: string
  readonly text: string
  readonly words?: 'B' | 'Q' | 'raw' | 'plain'
  readonly cte?: '8bit' | 'quoted-printable' | 'base64'
  readonly from?: string
  readonly messageId?: string
  readonly date?: string
  readonly extra?: readonly (readonly [string, string])[]
  readonly shape?:
    | 'plain'
    | 'html'
    | 'alternative'
    | 'mixed'
    | 'related'
    | 'signed'
    | 'encrypted'
    | 'calendar'
  readonly file?: { readonly name: string; readonly parameter: string; readonly type: string }
  readonly contentType?: string
}

const be = 'Дзень добры! Вашая скрыня перапоўнена, пацвердзіце пароль ў чацвер.'
const ru = 'Здравствуйте! Ваш выигрыш ждёт, сообщите номер карты.'
const en = 'Dear customer, your parcel is held. Pay the fee today.'
const de = 'Guten Tag, Ihr Konto wurde gesperrt. Bitte bestätigen Sie die Überweisung.'
const fr = 'Bonjour, votre compte sera fermé. Réglez la facture reçue à Noël.'
const pl = 'Dzień dobry, zaległa płatność za prąd. Proszę o wpłatę.'
const uk = 'Добрий день! Ваша посилка затримана, сплатіть мито їхнім кур’єром.'.replace('’', "'")
const el = 'Καλημέρα, ο λογαριασμός σας έχει ανασταλεί.'
const tr = 'Sayın müşterimiz, ödemeniz gecikmiştir, şifrenizi doğrulayın.'
const ja = '荷物のお届けができませんでした。確認してください。'
const zh = '您的账户已被冻结，请立即验证。'
const zhTw = '您的帳戶已被凍結，請立即驗證。'
const ko = '귀하의 계정이 정지되었습니다. 확인하십시오.'
const he = 'שלום, החשבון שלך נחסם.'
const ar = 'مرحبا، تم إيقاف حسابك.'
const lt = 'Laba diena, jūsų sąskaita užblokuota, įveskite slaptažodį.'
const cs = 'Dobrý den, vaše zásilka čeká na příjem.'

const styles: readonly Style[] = [
  {
    name: 'Thunderbird',
    language: 'be',
    charset: 'utf-8',
    subject: 'Скрыня перапоўнена',
    text: be,
    extra: [
      ['User-Agent', 'Mozilla Thunderbird'],
      ['Content-Language', 'be'],
    ],
    contentType: 'text/plain; charset=UTF-8; format=flowed',
  },
  {
    name: 'Thunderbird with HTML',
    language: 'de',
    charset: 'utf-8',
    subject: 'Ihre Überweisung',
    text: de,
    words: 'Q',
    shape: 'alternative',
    extra: [['User-Agent', 'Mozilla Thunderbird']],
  },
  {
    name: 'Outlook',
    language: 'ru',
    charset: 'windows-1251',
    subject: 'Ваш выигрыш',
    text: ru,
    cte: 'quoted-printable',
    shape: 'alternative',
    extra: [
      ['X-Mailer', 'Microsoft Outlook 16.0'],
      ['Thread-Index', 'AdoX1234'],
      ['Content-Language', 'ru'],
    ],
  },
  {
    name: 'Outlook for the web',
    language: 'en',
    charset: 'iso-8859-1',
    subject: 'Your parcel',
    text: en,
    words: 'plain',
    cte: 'quoted-printable',
    shape: 'alternative',
    extra: [
      ['Accept-Language', 'en-US'],
      ['X-MS-Has-Attach', ''],
    ],
  },
  {
    name: 'Outlook Express',
    language: 'ru',
    charset: 'koi8-r',
    subject: 'Срочно ответьте',
    text: ru,
    cte: '8bit',
    extra: [
      ['X-Priority', '3'],
      ['X-MSMail-Priority', 'Normal'],
      ['X-Mailer', 'Microsoft Outlook Express 6.00.2900.5512'],
    ],
  },
  {
    name: 'Apple Mail',
    language: 'en',
    charset: 'us-ascii',
    subject: 'Your parcel is held',
    text: en,
    words: 'plain',
    extra: [
      ['Mime-Version', '1.0 (Mac OS X Mail 16.0 \\(3774.600.62\\))'],
      ['X-Mailer', 'Apple Mail (2.3774.600.62)'],
    ],
    contentType: 'text/plain;\r\n\tcharset=us-ascii',
  },
  {
    name: 'Apple Mail with a picture',
    language: 'de',
    charset: 'utf-8',
    subject: 'Kontosperrung',
    text: de,
    shape: 'related',
    cte: 'quoted-printable',
    extra: [['X-Mailer', 'Apple Mail (2.3774.600.62)']],
    file: {
      name: 'Rechnung März.pdf',
      parameter: "filename*=utf-8''Rechnung%20Ma%CC%88rz.pdf",
      type: 'application/pdf',
    },
  },
  {
    name: 'iPhone',
    language: 'ru',
    charset: 'utf-8',
    subject: 'Фото',
    text: ru,
    cte: 'base64',
    extra: [['X-Mailer', 'iPhone Mail (22F76)']],
  },
  {
    name: 'The Bat!',
    language: 'ru',
    charset: 'koi8-r',
    subject: 'Счёт на оплату',
    text: ru.replace('ё', 'е'),
    cte: '8bit',
    messageId: `<1234567890.20260610120000@${ourDomain}>`,
    extra: [
      ['X-Mailer', 'The Bat! (v11.1) Professional'],
      ['Organization', words('koi8-r', 'Ромашка')],
      ['X-Priority', '3 (Normal)'],
    ],
  },
  {
    name: 'The Bat! with an attachment',
    language: 'ru',
    charset: 'windows-1251',
    subject: 'Договор',
    text: ru,
    shape: 'mixed',
    cte: '8bit',
    extra: [['X-Mailer', 'The Bat! (v3.99.3)']],
    file: {
      name: 'Договор.doc',
      parameter: `filename="${words('windows-1251', 'Договор.doc', 'B', 40)}"`,
      type: 'application/msword',
    },
  },
  {
    name: 'Gmail',
    language: 'be',
    charset: 'utf-8',
    subject: 'Пацвердзіце пароль',
    text: be,
    shape: 'alternative',
    cte: 'base64',
    messageId: '<CAJ+abc123XYZ=_-@mail.gmail.example>',
  },
  {
    name: 'Yandex Mail',
    language: 'ru',
    charset: 'utf-8',
    subject: 'Выигрыш',
    text: ru,
    shape: 'html',
    cte: 'base64',
    extra: [
      ['X-Mailer', 'Yamail [ http://yandex.example ] 5.0'],
      ['Envelope-From', `hanna@${ourDomain}`],
    ],
  },
  {
    name: 'Mail.ru',
    language: 'ru',
    charset: 'utf-8',
    subject: 'Ваш выигрыш ждёт',
    text: ru,
    shape: 'alternative',
    cte: 'base64',
    extra: [
      ['X-Mailer', 'Mail.Ru Mailer 1.0'],
      ['X-Priority', '3 (Normal)'],
    ],
    from: `=?UTF-8?B?${Buffer.from('Анна').toString('base64')}?= <hanna@${ourDomain}>`,
  },
  {
    name: 'Rambler',
    language: 'ru',
    charset: 'koi8-r',
    subject: 'Здравствуйте',
    text: 'Здравствуйте! Ваш выигрыш ждет.',
    cte: 'base64',
    extra: [['X-Mailer', 'Rambler Mail']],
  },
  {
    name: 'mutt',
    language: 'fr',
    charset: 'iso-8859-1',
    subject: 'Facture reçue',
    text: fr,
    words: 'Q',
    cte: '8bit',
    extra: [
      ['User-Agent', 'Mutt/2.2.12 (2023-09-09)'],
      ['Content-Disposition', 'inline'],
    ],
  },
  {
    name: 'K-9 Mail',
    language: 'be',
    charset: 'utf-8',
    subject: 'Ваша скрыня',
    text: be,
    cte: 'quoted-printable',
    messageId: `<9A1B2C3D-4E5F-6789-ABCD-EF0123456789@${ourDomain}>`,
    extra: [['User-Agent', 'K-9 Mail for Android']],
  },
  {
    name: 'FairEmail',
    language: 'de',
    charset: 'utf-8',
    subject: 'Konto',
    text: de,
    shape: 'alternative',
    extra: [['X-Correlation-ID', '<corr@local>']],
  },
  {
    name: 'Samsung Email',
    language: 'tr',
    charset: 'iso-8859-9',
    subject: 'Ödeme',
    text: tr,
    cte: 'base64',
    words: 'Q',
  },
  {
    name: 'Roundcube',
    language: 'pl',
    charset: 'iso-8859-2',
    subject: 'Zaległa płatność',
    text: pl,
    words: 'Q',
    cte: 'quoted-printable',
    extra: [
      ['User-Agent', 'Roundcube Webmail/1.6.7'],
      ['X-Sender', `hanna@${ourDomain}`],
    ],
  },
  {
    name: 'Evolution',
    language: 'uk',
    charset: 'utf-8',
    subject: 'Посилка',
    text: uk,
    cte: '8bit',
    extra: [['User-Agent', 'Evolution 3.52.3']],
  },
  {
    name: 'KMail signed',
    language: 'de',
    charset: 'utf-8',
    subject: 'Signiert',
    text: de,
    shape: 'signed',
    cte: 'quoted-printable',
    extra: [['User-Agent', 'KMail/6.1']],
  },
  {
    name: 'Claws Mail',
    language: 'uk',
    charset: 'koi8-u',
    subject: 'Ваша посилка',
    text: uk,
    cte: '8bit',
    extra: [['X-Mailer', 'Claws Mail 4.2.0 (GTK 3.24.38; x86_64)']],
  },
  {
    name: 'Opera Mail',
    language: 'ru',
    charset: 'windows-1251',
    subject: 'Привет',
    text: ru,
    cte: '8bit',
    words: 'Q',
    messageId: `<op.xyz123@desktop>`,
    extra: [['User-Agent', 'Opera Mail/12.16 (Win32)']],
  },
  {
    name: 'Eudora',
    language: 'ru',
    charset: 'x-mac-cyrillic',
    subject: 'Новости',
    text: ru,
    cte: '8bit',
    extra: [['X-Mailer', 'QUALCOMM Windows Eudora Version 7.1']],
  },
  {
    name: 'Lotus Notes',
    language: 'ru',
    charset: 'iso-8859-5',
    subject: 'Оплата',
    text: ru,
    cte: 'quoted-printable',
    extra: [['X-Mailer', 'Lotus Notes Release 9.0.1']],
  },
  {
    name: 'a DOS gateway',
    language: 'ru',
    charset: 'ibm866',
    subject: 'Прайс',
    text: ru,
    cte: '8bit',
    words: 'raw',
  },
  {
    name: 'Becky!',
    language: 'ja',
    charset: 'iso-2022-jp',
    subject: '荷物のお届け',
    text: ja,
    extra: [['X-Mailer', 'Becky! ver. 2.81.06 [ja]']],
  },
  {
    name: 'Foxmail',
    language: 'zh',
    charset: 'gb2312',
    subject: '账户冻结',
    text: zh,
    cte: 'base64',
    shape: 'alternative',
    extra: [['X-Mailer', 'Foxmail 7.2.25.331[cn]']],
  },
  {
    name: 'a Taiwanese office',
    language: 'zh-TW',
    charset: 'big5',
    subject: '帳戶凍結',
    text: zhTw,
    cte: '8bit',
  },
  {
    name: 'a Korean web mailer',
    language: 'ko',
    charset: 'euc-kr',
    subject: '계정 정지',
    text: ko,
    cte: 'base64',
    shape: 'html',
  },
  {
    name: 'an Israeli office',
    language: 'he',
    charset: 'windows-1255',
    subject: 'החשבון',
    text: he,
    cte: 'quoted-printable',
  },
  {
    name: 'an Arabic web mailer',
    language: 'ar',
    charset: 'windows-1256',
    subject: 'حسابك',
    text: ar,
    cte: 'base64',
  },
  {
    name: 'a Greek office',
    language: 'el',
    charset: 'iso-8859-7',
    subject: 'Λογαριασμός',
    text: el,
    cte: 'quoted-printable',
  },
  {
    name: 'a Lithuanian office',
    language: 'lt',
    charset: 'windows-1257',
    subject: 'Jūsų sąskaita',
    text: lt,
    cte: '8bit',
  },
  {
    name: 'a Czech office',
    language: 'cs',
    charset: 'windows-1250',
    subject: 'Vaše zásilka',
    text: cs,
    cte: '8bit',
    words: 'Q',
  },
  {
    name: 'an old Exchange',
    language: 'de',
    charset: 'utf-7',
    subject: 'Konto',
    text: de,
    words: 'plain',
    extra: [['X-Mailer', 'Internet Mail Service (5.5.2653.19)']],
  },
  {
    name: 'a euro account',
    language: 'fr',
    charset: 'iso-8859-15',
    subject: 'Dix € offerts',
    text: 'Recevez 10 € cœur à cœur.',
    cte: '8bit',
    words: 'Q',
  },
  {
    name: 'a newsletter',
    language: 'en',
    charset: 'utf-8',
    subject: 'Sale ends tonight',
    text: en,
    words: 'plain',
    shape: 'html',
    cte: 'quoted-printable',
    from: `"Daily Deals" <deals@${ourDomain}>`,
    extra: [
      ['List-Unsubscribe', `<https://posta.example/u/1>, <mailto:u@${ourDomain}>`],
      ['List-Unsubscribe-Post', 'List-Unsubscribe=One-Click'],
      ['Precedence', 'bulk'],
      ['X-Mailer', 'PHPMailer 6.9.1'],
    ],
  },
  {
    name: 'a shop script with raw header bytes',
    language: 'ru',
    charset: 'windows-1251',
    subject: 'Скидки',
    text: ru,
    words: 'raw',
    cte: '8bit',
    extra: [['X-PHP-Originating-Script', '1000:mail.php']],
  },
  {
    name: 'a script with raw UTF-8 headers',
    language: 'ru',
    charset: 'utf-8',
    subject: 'Только сегодня',
    text: ru,
    words: 'raw',
    cte: '8bit',
  },
  {
    name: 'cron',
    language: 'en',
    charset: 'us-ascii',
    subject: 'Cron <root@host> backup',
    text: en,
    words: 'plain',
    extra: [['Auto-Submitted', 'auto-generated']],
    from: `root@${ourDomain} (Cron Daemon)`,
  },
  {
    name: 'git',
    language: 'en',
    charset: 'utf-8',
    subject: '[PATCH 1/2] fix',
    text: en,
    words: 'plain',
    cte: '8bit',
    messageId: '<20260610090000.1-1-hanna@posta.example>',
    extra: [
      ['X-Mailer', 'git-send-email 2.45.0'],
      ['In-Reply-To', '<a@b>'],
      ['References', '<a@b>'],
    ],
  },
  {
    name: 'a calendar',
    language: 'de',
    charset: 'utf-8',
    subject: 'Einladung: Überprüfung',
    text: de,
    shape: 'calendar',
    cte: 'base64',
  },
  {
    name: 'Delta Chat encrypted',
    language: 'en',
    charset: 'utf-8',
    subject: '[...]',
    text: en,
    words: 'plain',
    shape: 'encrypted',
    extra: [
      ['Chat-Version', '1.0'],
      ['Autocrypt', `addr=hanna@${ourDomain}; keydata=${'A'.repeat(60)}`],
    ],
  },
  {
    name: 'SquirrelMail',
    language: 'en',
    charset: 'iso-8859-1',
    subject: 'Parcel',
    text: en,
    words: 'plain',
    cte: '8bit',
    extra: [
      ['User-Agent', 'SquirrelMail/1.4.23'],
      ['Importance', 'Normal'],
    ],
  },
  {
    name: 'Horde with an archive',
    language: 'de',
    charset: 'iso-8859-1',
    subject: 'Mahnung',
    text: de,
    shape: 'mixed',
    cte: 'quoted-printable',
    words: 'Q',
    extra: [['User-Agent', 'Horde Application Framework 5']],
    file: { name: 'mahnung.zip', parameter: 'filename=mahnung.zip', type: 'application/zip' },
  },
  {
    name: 'Zimbra',
    language: 'ru',
    charset: 'utf-8',
    subject: 'Документы',
    text: ru,
    shape: 'mixed',
    cte: 'quoted-printable',
    words: 'Q',
    extra: [['X-Mailer', 'Zimbra 8.8.15_GA_4652']],
    file: {
      name: 'длинное имя документа.pdf',
      parameter:
        "filename*0*=UTF-8''%D0%B4%D0%BB%D0%B8%D0%BD%D0%BD%D0%BE%D0%B5%20;\r\n" +
        '\tfilename*1*=%D0%B8%D0%BC%D1%8F%20;\r\n' +
        '\tfilename*2*=%D0%B4%D0%BE%D0%BA%D1%83%D0%BC%D0%B5%D0%BD%D1%82%D0%B0.pdf',
      type: 'application/pdf',
    },
  },
]

const hex = (text: string) => Buffer.from(text).toString('hex').slice(0, 16)

export function programLetters(): ProgramLetter[] {
  return styles.map((style) => ({
    name: `${style.name} (${style.language}, ${style.charset})`,
    draft: { fields: fieldsOf(style), body: bodyOf(style) },
    subject: style.subject,
    says: style.shape === 'encrypted' ? '' : (style.text.split('.')[0] ?? ''),
    attachments: style.file
      ? [style.file.name.normalize('NFD')]
      : ({ signed: ['signature.asc'], calendar: ['invite.ics'], encrypted: ['', 'encrypted.asc'] }[
          style.shape as string
        ] ?? []),
  }))
}

function fieldsOf(style: Style): [string, string][] {
  const binary = encode(style.charset === 'us-ascii' ? 'utf-8' : style.charset, style.subject)
  const how = style.words ?? 'B'
  const subject =
    how === 'raw'
      ? binary
      : how === 'plain'
        ? style.subject
        : words(style.charset, style.subject, how)
  return [
    ['Date', style.date ?? 'Wed, 10 Jun 2026 12:00:00 +0300'],
    ['From', style.from ?? `Hanna <hanna@${ourDomain}>`],
    ['To', '"Reader, the" <reader@elsewhere.example>'],
    ['Subject', subject],
    ['Message-ID', style.messageId ?? `<${hex(style.name)}.1@${ourDomain}>`],
    ...(style.extra ?? []).map(([name, value]): [string, string] => [name, value]),
    ...(style.extra?.some(([name]) => name.toLowerCase() === 'mime-version')
      ? []
      : ([['MIME-Version', '1.0']] as [string, string][])),
    ...bodyFields(style),
  ]
}

function bodyFields(style: Style): [string, string][] {
  const type = {
    alternative: 'multipart/alternative;\r\n\tboundary="----=_alt_1"',
    mixed: 'multipart/mixed; boundary="mixed-2"',
    related: 'multipart/mixed;\r\n\tboundary="Apple-Mail=_3"',
    signed:
      'multipart/signed; boundary="sig4"; micalg="pgp-sha256"; ' +
      'protocol="application/pgp-signature"',
    calendar: 'multipart/mixed; boundary=cal5',
    encrypted: 'multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc6"',
  }[style.shape as string]
  if (type !== undefined) return [['Content-Type', type]]
  const kind = style.shape === 'html' ? 'html' : 'plain'
  return [
    ['Content-Type', style.contentType ?? `text/${kind}; charset=${style.charset}`],
    ...(style.cte ? ([['Content-Transfer-Encoding', style.cte]] as [string, string][]) : []),
  ]
}

function bodyOf(style: Style): string {
  const text = `${style.text}\r\n\r\n-- \r\nHanna\r\n`
  const html =
    `<html><head><style>p{color:red}</style></head><body><p>${style.text}</p><a ` +
    'href="https://pay.example/?a=1&amp;b=2">pay</a></body></html>\r\n'
  const plainPart = part(style, 'plain', text)
  const htmlPart = part(style, 'html', html)
  const file = style.file ? filePart(style.file) : ''
  switch (style.shape) {
    case 'html':
      return transfer(style, html)
    case 'alternative':
      return (
        'This is a multi-part message in MIME format.\r\n\r\n------=_alt_1\r\n' +
        `${plainPart}\r\n------=_alt_1\r\n${htmlPart}\r\n------=_alt_1--\r\n`
      )
    case 'mixed':
      return `--mixed-2\r\n${plainPart}\r\n--mixed-2\r\n${file}\r\n--mixed-2--\r\n`
    case 'related':
      return (
        `\r\n--Apple-Mail=_3\r\n${plainPart}\r\n--Apple-Mail=_3\r\n${file}\r\n` +
        '--Apple-Mail=_3--\r\n'
      )
    case 'signed':
      return (
        `--sig4\r\n${plainPart}\r\n--sig4\r\n` +
        'Content-Type: application/pgp-signature; name="signature.asc"\r\n\r\n' +
        '-----BEGIN PGP SIGNATURE-----\r\n\r\niQ==\r\n-----END PGP SIGNATURE-----\r\n\r\n' +
        '--sig4--\r\n'
      )
    case 'calendar':
      return (
        `--cal5\r\n${plainPart}\r\n--cal5\r\n` +
        'Content-Type: text/calendar; method=REQUEST; charset=utf-8; name=invite.ics\r\n' +
        '\r\nBEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n--cal5--\r\n'
      )
    case 'encrypted':
      return (
        '--enc6\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n' +
        '--enc6\r\nContent-Type: application/octet-stream; name="encrypted.asc"\r\n' +
        'Content-Disposition: inline; filename="encrypted.asc";\r\n\r\n' +
        '-----BEGIN PGP MESSAGE-----\r\n\r\nwcBM\r\n-----END PGP MESSAGE-----\r\n\r\n' +
        '--enc6--\r\n'
      )
    default:
      return transfer(style, text)
  }
}

function part(style: Style, kind: 'plain' | 'html', text: string): string {
  const cte = style.cte ?? '8bit'
  return (
    `Content-Type: text/${kind}; charset="${style.charset}"\r\n` +
    `Content-Transfer-Encoding: ${cte}\r\n\r\n${transfer(style, text)}`
  )
}

function transfer(style: Style, text: string): string {
  const binary = encode(style.charset === 'us-ascii' ? 'utf-8' : style.charset, text)
  if (style.cte === 'base64') return `${base64Lines(binary)}\r\n`
  return style.cte === 'quoted-printable' ? quotedPrintable(binary) : binary
}

function filePart(file: NonNullable<Style['file']>): string {
  const content = base64Lines(`bytes of ${encode('utf-8', file.name)}`)
  return (
    `Content-Type: ${file.type}\r\nContent-Disposition: attachment;\r\n` +
    `\t${file.parameter}\r\nContent-Transfer-Encoding: base64\r\n\r\n${content}`
  )
}
