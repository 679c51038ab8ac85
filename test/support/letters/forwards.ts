// Forwards and answers of 15 mail programs in four languages, as they arrive at the abuse address.
import type { Locale } from '#server/kit/i18n/texts.ts'
import { encode } from './charsets.ts'
import { ourDomain } from './our-mail.ts'

export interface Forward {
  readonly name: string
  readonly locale: Locale
  readonly mail: Buffer
  /** Null if the program tells no address. */
  readonly sender: string | null
  readonly subject: string
  /** Words of the letter. */
  readonly says: string
  /** Words of the reporter. */
  readonly note: string
}

interface Words {
  readonly from: string
  readonly to: string
  readonly cc: string
  readonly subject: string
  readonly date: string
  readonly sent: string
  readonly forwarded: string
  readonly original: string
  readonly begin: string
  readonly end: string
  readonly day: string
  readonly letter: { readonly subject: string; readonly text: string }
  readonly note: string
}

const words: Readonly<Record<Locale, Words>> = {
  en: {
    from: 'From',
    to: 'To',
    cc: 'Cc',
    subject: 'Subject',
    date: 'Date',
    sent: 'Sent',
    forwarded: 'Forwarded message',
    original: 'Original Message',
    begin: 'Begin forwarded message:',
    end: 'End of forwarded message',
    day: 'Wednesday, June 10, 2026 12:00 PM',
    letter: { subject: 'Your account', text: 'Pay within two days, or your mailbox is gone.' },
    note: 'Please look at this, I did not order anything.',
  },
  ru: {
    from: 'От',
    to: 'Кому',
    cc: 'Копия',
    subject: 'Тема',
    date: 'Дата',
    sent: 'Отправлено',
    forwarded: 'Пересылаемое сообщение',
    original: 'Исходное сообщение',
    begin: 'Начало переадресованного сообщения:',
    end: 'Конец пересылаемого сообщения',
    day: 'среда, 10 июня 2026 г. 12:00',
    letter: { subject: 'Ваш ящик', text: 'Оплатите за два дня, иначе ящик пропадёт.' },
    note: 'Посмотрите, пожалуйста: я ничего не заказывал.',
  },
  be: {
    from: 'Ад',
    to: 'Каму',
    cc: 'Копія',
    subject: 'Тэма',
    date: 'Дата',
    sent: 'Адпраўлена',
    forwarded: 'Перасланае паведамленне',
    original: 'Зыходнае паведамленне',
    begin: 'Пачатак перасланага паведамлення:',
    end: 'Канец перасланага паведамлення',
    day: 'серада, 10 чэрвеня 2026 г. 12:00',
    letter: { subject: 'Ваша скрыня', text: 'Аплаціце за два дні, інакш скрыня знікне.' },
    note: 'Паглядзіце, калі ласка: я нічога не замаўляў.',
  },
  de: {
    from: 'Von',
    to: 'An',
    cc: 'Kopie',
    subject: 'Betreff',
    date: 'Datum',
    sent: 'Gesendet',
    forwarded: 'Weitergeleitete Nachricht',
    original: 'Ursprüngliche Nachricht',
    begin: 'Anfang der weitergeleiteten Nachricht:',
    end: 'Ende der weitergeleiteten Nachricht',
    day: 'Mittwoch, 10. Juni 2026 12:00',
    letter: { subject: 'Ihr Postfach', text: 'Zahlen Sie in zwei Tagen, sonst ist es weg.' },
    note: 'Bitte prüfen Sie das, ich habe nichts bestellt.',
  },
}

/** How Gmail, Thunderbird and Outlook begin an answer. */
const answers: Readonly<Record<Locale, readonly [string, string, string]>> = {
  en: [
    'On Wed, Jun 10, 2026 at 12:00 PM Hanna <hanna@posta.example> wrote:',
    'On 10/06/2026 12:00, Hanna wrote:',
    'On 10.06.2026 12:00, hanna@posta.example writes:',
  ],
  ru: [
    'ср, 10 июн. 2026 г. в 12:00, Hanna <hanna@posta.example>:',
    '10.06.2026 12:00, Hanna пишет:',
    '10 июня 2026 г., 12:00 пользователь Hanna <hanna@posta.example> написал:',
  ],
  be: [
    'ср, 10 чэр. 2026 г. у 12:00 Hanna <hanna@posta.example> піша:',
    '10.06.2026 12:00, Hanna піша:',
    '10 чэрвеня 2026 г., 12:00 карыстальнік Hanna <hanna@posta.example> напісаў:',
  ],
  de: [
    'Am Mi., 10. Juni 2026 um 12:00 Uhr schrieb Hanna <hanna@posta.example>:',
    'Am 10.06.26 um 12:00 schrieb Hanna:',
    'Hanna <hanna@posta.example> schrieb am 10.06.2026 um 12:00:',
  ],
}

const address = `hanna@${ourDomain}`
const reader = 'olga@elsewhere.example'
const quoted = (text: string) =>
  text
    .split('\n')
    .map((line) => `> ${line}`.trimEnd())
    .join('\n')

interface Written {
  readonly text?: string
  readonly html?: string
  readonly sender?: null
  /** The program names no subject: that of the mail stands for it. */
  readonly answers?: boolean
  readonly note?: string
}

type Program = (w: Words, locale: Locale) => Written

const programs: Readonly<Record<string, Program>> = {
  Gmail: ({ note, forwarded, from, date, day, subject, to, letter }) => ({
    text: [
      note,
      '',
      `---------- ${forwarded} ---------`,
      `${from}: Hanna <${address}>`,
      `${date}: ${day}`,
      `${subject}: ${letter.subject}`,
      `${to}: <${reader}>`,
      '',
      '',
      letter.text,
    ].join('\n'),
  }),
  'Gmail, HTML only': ({ note, forwarded, from, date, day, subject, to, letter }) => ({
    html:
      `<div dir="ltr">${note}<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">` +
      `---------- ${forwarded} ---------<br>${from}: <strong class="gmail_sendername">Hanna</strong> ` +
      `<span dir="auto">&lt;<a href="mailto:${address}">${address}</a>&gt;</span><br>` +
      `${date}: ${day}<br>${subject}: ${letter.subject}<br>${to}:  &lt;<a>${reader}</a>&gt;<br></div>` +
      `<br><br><div>${letter.text}</div></div></div>`,
  }),
  Outlook: ({ note, from, sent, day, to, cc, subject, letter }) => ({
    text: [
      note,
      '',
      '________________________________',
      `${from}: Hanna <${address}>`,
      `${sent}: ${day}`,
      `${to}: Olga <${reader}>`,
      `${cc}: Ivan`,
      `${subject}: ${letter.subject}`,
      '',
      letter.text,
    ].join('\n'),
  }),
  'classic Outlook': ({ note, original, from, sent, day, to, cc, subject, letter }) => ({
    text: [
      note,
      '',
      `-----${original}-----`,
      `${from}: Hanna [mailto:${address}] `,
      `${sent}: ${day}`,
      `${to}: Olga; Ivan`,
      `${cc}: Piotr`,
      `${subject}: ${letter.subject}`,
      '',
      letter.text,
    ].join('\r\n'),
  }),
  'Outlook, HTML only': ({ note, from, sent, day, to, cc, subject, letter }) => ({
    html:
      `<div class=WordSection1><p class=MsoNormal>${note}</p><div style='border-top:solid'>` +
      `<p class=MsoNormal><b>${from}:</b> Hanna [mailto:${address}]<br><b>${sent}:</b> ${day}<br>` +
      `<b>${to}:</b> Olga<br><b>${cc}:</b> Ivan<br><b>${subject}:</b> ${letter.subject}</p></div>` +
      `<p class=MsoNormal>${letter.text}</p></div>`,
  }),
  Thunderbird: ({ note, forwarded, subject, date, from, to, letter }) => ({
    text: [
      note,
      '',
      '',
      `-------- ${forwarded} --------`,
      `${subject}: \t${letter.subject}`,
      `${date}: \tWed, 10 Jun 2026 12:00:00 +0200`,
      `${from}: \tHanna <${address}>`,
      `${to}: \t${reader}`,
      '',
      '',
      letter.text,
    ].join('\n'),
  }),
  'Thunderbird, HTML only': ({ note, forwarded, subject, date, from, to, letter }) => {
    const row = (label: string, value: string) =>
      `<tr><th valign="BASELINE" align="RIGHT">${label}: </th>\n<td>${value}</td></tr>\n`
    return {
      html:
        `<html><body><p>${note}</p><div class="moz-forward-container"><br><br>` +
        `-------- ${forwarded} --------<table class="moz-email-headers-table"><tbody>\n` +
        row(subject, letter.subject) +
        row(date, 'Wed, 10 Jun 2026 12:00:00 +0200') +
        row(from, `Hanna <a href="mailto:${address}">&lt;${address}&gt;</a>`) +
        row(to, `<a href="mailto:${reader}">${reader}</a>`) +
        `</tbody></table><br><br><p>${letter.text}</p></div></body></html>`,
    }
  },
  'Apple Mail': ({ note, begin, from, subject, date, day, to, letter }) => ({
    text: [
      note,
      '',
      begin,
      '',
      quoted(
        [
          `${from}: Hanna <${address}>`,
          `${subject}: ${letter.subject}`,
          `${date}: ${day}`,
          `${to}: ${reader}`,
          '',
          letter.text,
        ].join('\n'),
      ),
    ].join('\n'),
  }),
  'Apple Mail, HTML only': ({ note, begin, from, subject, date, day, to, letter }) => ({
    html:
      `<html><body>${note}<br><div><br><blockquote type="cite"><div>${begin}</div><br>` +
      `<div><span><b>${from}: </b></span><span>Hanna &lt;<a href="mailto:${address}">${address}</a>` +
      `&gt;<br></span></div><div><b>${subject}: </b><b>${letter.subject}</b><br></div>` +
      `<div><b>${date}: </b>${day}<br></div><div><b>${to}: </b>${reader}<br></div><br>` +
      `<div>${letter.text}</div></blockquote></div></body></html>`,
  }),
  'Yandex Mail': ({ note, forwarded, end, letter }) => ({
    answers: true,
    text: [
      note,
      '',
      `-------- ${forwarded} --------`,
      `10.06.2026, 12:00, "Hanna" <${address}>:`,
      '',
      letter.text,
      '',
      `-------- ${end} --------`,
    ].join('\n'),
  }),
  'Mail.ru': ({ note, forwarded, from, to, date, day, subject, letter }, locale) => ({
    text: [
      note,
      `-------- ${forwarded} --------`,
      `${{ ru: 'От кого', be: 'Ад каго', en: from, de: from }[locale]}: Hanna <${address}>`,
      `${to}: ${reader}`,
      `${date}: ${day} +03:00`,
      `${subject}: ${letter.subject}`,
      '',
      letter.text,
    ].join('\n'),
  }),
  'K-9 Mail': ({ note, original, from, sent, day, to, cc, subject, letter }) => ({
    text: [
      note,
      '',
      `-------- ${original} --------`,
      `${from}: ${address}`,
      `${sent}: ${day}`,
      `${to}: ${reader}`,
      `${cc}: ${reader}`,
      `${subject}: ${letter.subject}`,
      '',
      letter.text,
    ].join('\n'),
  }),
  'an answer in Gmail': ({ note, letter }, locale) => ({
    answers: true,
    text: [note, '', answers[locale][0], '', quoted(letter.text)].join('\n'),
  }),
  'an answer in Thunderbird, below': ({ note, letter }, locale) => ({
    answers: true,
    sender: null,
    text: [answers[locale][1], quoted(letter.text), '', note].join('\n'),
  }),
  'an answer whose first line is wrapped': ({ note, letter }, locale) => {
    const line = answers[locale][2]
    const at = line.indexOf(' ', 20)
    const wrapped = `${line.slice(0, at)}\n${line.slice(at + 1)}`
    return { answers: true, text: [note, '', wrapped, quoted(letter.text)].join('\n') }
  },
}

const marks: Readonly<Record<Locale, string>> = { en: 'Re', ru: 'Отв', be: 'Адк', de: 'AW' }

function mailOf(written: Written, subject: string): Buffer {
  const type = written.html === undefined ? 'plain' : 'html'
  const head = [
    `From: Olga <${reader}>`,
    `To: abuse@${ourDomain}`,
    `Subject: ${encode('utf-8', subject)}`,
    'Date: Thu, 11 Jun 2026 10:00:00 +0200',
    'MIME-Version: 1.0',
    `Content-Type: text/${type}; charset=utf-8`,
    'Content-Transfer-Encoding: 8bit',
  ]
  const body = encode('utf-8', written.html ?? written.text ?? '')
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}\r\n`, 'latin1')
}

/** 60 of them. */
export function forwards(): Forward[] {
  return Object.entries(words).flatMap(([name, w]) => {
    const locale = name as Locale
    return Object.entries(programs).map(([program, write]): Forward => {
      const written = write(w, locale)
      const subject = `${marks[locale]}: ${w.letter.subject}`
      return {
        name: `${program} (${locale})`,
        locale,
        mail: mailOf(written, written.answers ? subject : 'Fwd'),
        sender: written.sender === null ? null : address,
        subject: w.letter.subject,
        says: w.letter.text,
        note: w.note,
      }
    })
  })
}
