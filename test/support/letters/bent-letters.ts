// Letters whose sender or reporter tries to bend what proves them, and how each must be judged.
import { plainDraft, type TableRow } from './letter-table.ts'
import { type Draft, type OurMail, ourDomain, receivedAt } from './our-mail.ts'

const bytes = (binary: string) => Buffer.from(binary, 'latin1')
const google = receivedAt('google')
const longLine = 'abcdefghij'.repeat(100).slice(0, 999)

const above = (...fields: readonly (readonly [string, string])[]): Draft => ({
  ...plainDraft,
  fields: [...fields, ...plainDraft.fields],
})

/** What a sender can write so that a reader mends, cuts or misses something. */
export const tricks: Readonly<Record<string, Draft>> = {
  'a field of one letter on top': above(['X', '1']),
  'a folded line of blanks': above(['X-A', 'b\r\n \r\n c']),
  'a digit in front of a field': above(['2Subject', 'x']),
  'a thousand fields': above(...Array.from({ length: 1200 }, () => ['X-A', 'b'] as const)),
  'a header of 300 kB': above(...Array.from({ length: 330 }, () => ['X-A', longLine] as const)),
  'a line of 999 characters': { ...plainDraft, body: `${longLine}\r\n` },
  'a field of 999 characters': above(['Comments', longLine]),
  'a long name of a field': above(['X'.repeat(90), 'b']),
  'escaped brackets': above(['Comments', '&lt;a@b.example&gt;']),
  'quotation marks on each line': { ...plainDraft, body: '> a\r\n'.repeat(60) },
  '200,000 lines': { ...plainDraft, body: 'a\r\n'.repeat(200_000) },
  'blank lines at its end': { ...plainDraft, body: `${plainDraft.body}\r\n\r\n\r\n` },
  'no line end at its end': { ...plainDraft, body: 'Hello' },
  'an à at the end of its subject': {
    ...plainDraft,
    fields: plainDraft.fields.map(([name, value]) =>
      name === 'Subject' ? [name, 'voil\u00c3\u00a0'] : [name, value],
    ),
  },
}

/** A letter of two parts, in an old charset, with a field at its end that nobody binds. */
export const bentDraft: Draft = {
  fields: [
    ...plainDraft.fields.filter(([name]) => name !== 'Content-Type'),
    ['Content-Type', 'multipart/mixed; boundary=outer'],
    ['X-End', '1'],
  ],
  body: [
    '--outer',
    'Content-Type: text/plain; charset=koi8-r',
    '',
    'A threat, or none: \u00d0\u00d2\u00c9 +AGE-',
    '--outer',
    'Content-Type: text/plain; name=a.txt',
    'Content-Disposition: attachment; filename=a.txt',
    '',
    '--inner',
    'Content-Type: text/plain',
    '',
    'never shown',
    '--outer--',
    '',
  ].join('\r\n'),
}

async function unchanged({ send }: OurMail): Promise<TableRow[]> {
  const rows: TableRow[] = []
  for (const [name, draft] of Object.entries(tricks))
    rows.push({
      name: `a sender’s ${name}`,
      input: bytes(google + (await send(draft, { dkim: false }))),
      verdict: 'proven',
      by: 'trace',
      content: 'intact',
    })
  return rows
}

const typeLine = 'Content-Type: text/plain; charset=utf-8'
/** What a reporter changes so that the same letter shows something else. */
export const changes: Readonly<Record<string, (letter: string) => string>> = {
  'its type made multipart': (letter) =>
    letter.replace(typeLine, 'Content-Type: multipart/mixed; boundary=zz'),
  'another charset': (letter) => letter.replace('charset=utf-8', 'charset=utf-7'),
  'its type gone': (letter) => letter.replace(`${typeLine}\r\n`, ''),
  'an encoding added': (letter) =>
    letter.replace(typeLine, `${typeLine}\r\nContent-Transfer-Encoding: base64`),
  'a disposition added': (letter) =>
    letter.replace(typeLine, `${typeLine}\r\nContent-Disposition: attachment; filename=a.exe`),
  'another recipient': (letter) => letter.replace(/^To: reader@/m, 'To: judge@'),
  'a copy added': (letter) => letter.replace(/^To: /m, 'Cc: police@bad.example\r\nTo: '),
  'a reply address added': (letter) => letter.replace(/^To: /m, 'Reply-To: x@bad.example\r\nTo: '),
  'a sender added': (letter) => letter.replace(/^To: /m, 'Sender: boss@bad.example\r\nTo: '),
  'another MIME version': (letter) => letter.replace('MIME-Version: 1.0', 'MIME-Version: 2'),
  'a blank gone from its subject': (letter) => letter.replace('About your', 'Aboutyour'),
  'a blank gone from its sender': (letter) => letter.replace('Hanna <', 'Hanna<'),
  'a blank more in its text': (letter) => letter.replace('now look', 'now  look'),
  'a line end more in its text': (letter) => letter.replace('now look', 'now\r\nlook'),
}

async function changed({ send }: OurMail): Promise<TableRow[]> {
  const letter = await send({ ...plainDraft }, { dkim: false })
  return Object.entries(changes).map(([name, change]) => ({
    name: `a traced letter with ${name}`,
    input: bytes(google + change(letter)),
    verdict: 'likely',
    by: 'trace',
    content: 'changed',
  }))
}

// As mailing lists do, so that DMARC lets the letter through.
const throughList = (letter: string) =>
  `${letter
    .replace('From: Hanna <', 'From: Hanna by Cooks <cooks@list.example>\r\nX-From: <')
    .replace('Subject: ', 'List-Id: <cooks.list.example>\r\nSubject: [Cooks] ')}-- \r\nCooks\r\n`

async function aged({ send }: OurMail): Promise<TableRow[]> {
  const old = await send(plainDraft, { trace: 'old', dkim: false })
  const listed = throughList(await send(plainDraft, { dkim: false }))
  return [
    {
      name: 'an old trace',
      input: bytes(google + old),
      verdict: 'likely',
      by: 'trace',
      content: 'unknown',
      reasons: ['trace-of-account', 'trace-old'],
    },
    {
      name: 'an old trace below another type',
      input: bytes(google + changes['its type made multipart']?.(old)),
      verdict: 'likely',
      by: 'trace',
      content: 'unknown',
    },
    {
      name: 'an old trace and a signature over all that is shown',
      input: bytes(google + (await send(plainDraft, { trace: 'old' }))),
      verdict: 'proven',
      by: 'trace',
      content: 'unknown',
    },
    {
      name: 'a list that rewrote its sender',
      input: bytes(google + listed),
      verdict: 'likely',
      by: 'trace',
      content: 'changed',
      reasons: ['trace-from-differs', 'trace-subject-differs', 'trace-body-differs'],
    },
    {
      name: 'a rewritten sender without a list',
      input: bytes(google + listed.replace(/^List-Id:.*\r\n/m, '')),
      verdict: 'unproven',
      by: null,
      reasons: ['trace-of-another-letter'],
    },
  ]
}

async function signed({ send }: OurMail): Promise<TableRow[]> {
  const bare = { trace: false, received: false } as const
  const letter = await send(plainDraft, bare)
  const oversigned = await send(plainDraft, { ...bare, dkim: 'oversigned' })
  const addReply = changes['a reply address added'] ?? String
  const stranger = receivedAt('google', { ip: '192.0.2.66', name: 'out.bad.example' })
  const early = new Date('2026-06-01T09:00:00Z')
  const likely = { verdict: 'likely', by: 'signed-from' } as const
  return [
    {
      ...likely,
      name: 'a signature that leaves the type open',
      input: bytes(google + (await send(plainDraft, { ...bare, dkim: 'no-type' }))),
      content: 'unknown',
      reasons: ['dkim-passed', 'dkim-leaves-open'],
      fromOwnerEnforced: true,
    },
    {
      ...likely,
      name: 'a signature with a reply address added',
      input: bytes(google + addReply(letter)),
      content: 'unknown',
      reasons: ['dkim-leaves-open'],
      fromOwnerEnforced: true,
    },
    {
      name: 'an oversigned letter with a reply address added',
      input: bytes(google + addReply(oversigned)),
      verdict: 'unproven',
      by: null,
      reasons: ['dkim-failed'],
    },
    {
      name: 'an oversigned letter',
      input: bytes(google + oversigned),
      verdict: 'proven',
      by: 'signed-from',
      content: 'unknown',
      fromOwnerEnforced: true,
    },
    {
      ...likely,
      name: 'a signed letter that a stranger sent again',
      input: bytes(stranger + letter),
      content: 'unknown',
      reasons: ['dkim-replayed', 'received-from-stranger'],
      fromOwnerEnforced: true,
    },
    {
      ...likely,
      name: 'a signed letter that came days after it was signed',
      input: bytes(google + (await send(plainDraft, { ...bare, sentAt: early }))),
      content: 'unknown',
      reasons: ['dkim-replayed'],
      fromOwnerEnforced: true,
    },
    {
      name: 'a list of ours that signed what it had changed',
      input: bytes(google + (await resigned({ send } as OurMail))),
      verdict: 'likely',
      by: 'trace',
      content: 'changed',
      reasons: ['dkim-passed', 'trace-body-differs'],
      fromOwnerEnforced: true,
    },
  ]
}

async function resigned({ send }: OurMail): Promise<string> {
  const traced = await send(plainDraft, { dkim: false, received: false })
  const body = `${plainDraft.body}-- \r\n${ourDomain} list\r\n`
  const signature = await send({ ...plainDraft, body }, { trace: false, received: false })
  return signature.replace('Date:', `${/^X-Postern.*(?:\r\n\t.*)*\r\n/m.exec(traced)?.[0]}Date:`)
}

export async function bentLetters(mail: OurMail): Promise<TableRow[]> {
  const all = await Promise.all([unchanged(mail), changed(mail), aged(mail), signed(mail)])
  return all.flat()
}
