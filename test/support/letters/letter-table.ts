// Letters with the verdict that a careful person would give.

import type { Repair } from '#server/core/letters/letter.ts'
import type { ReportedSender } from '#server/desk/provenance/provenance.ts'
import type { ReasonCode } from '#server/desk/provenance/provenance-reasons.ts'
import type { Verdict } from '#server/desk/provenance/provenance-rules.ts'
import { type Draft, type OurMail, ourDomain, receivedAt, toBinary } from './our-mail.ts'
import { programLetters } from './programs.ts'

export interface TableRow {
  readonly name: string
  readonly input: Uint8Array | string
  readonly verdict: Verdict
  readonly by: ReportedSender['by'] | null
  readonly reasons?: readonly ReasonCode[]
  readonly content?: 'intact' | 'changed' | 'unknown'
  readonly subject?: string
  readonly says?: string
  readonly attachments?: readonly string[]
  readonly repair?: Repair
  readonly fromOwnerEnforced?: boolean
}

const stranger = { ip: '192.0.2.66', name: 'mail.bad.example' }
const bytes = (binary: string) => Buffer.from(binary, 'latin1')

export const plainDraft: Draft = {
  fields: [
    ['Date', 'Wed, 10 Jun 2026 12:00:00 +0300'],
    ['From', `Hanna <hanna@${ourDomain}>`],
    ['To', 'reader@elsewhere.example'],
    ['Subject', 'About your account, in a line that is long enough to be folded by some program'],
    ['Message-ID', `<plain.1@${ourDomain}>`],
    ['MIME-Version', '1.0'],
    ['Content-Type', 'text/plain; charset=utf-8'],
  ],
  body: 'Hello,\r\n\r\nnow look at https://pay.example/now today.\r\n\r\nHanna\r\n',
}

const withField = (draft: Draft, name: string, value: string): Draft => ({
  ...draft,
  fields: draft.fields.map(([key, old]) => [key, key === name ? value : old] as const),
})

export async function letterTable(mail: OurMail): Promise<TableRow[]> {
  const receivers = ['google', 'outlook', 'yandex', 'mailru', 'gmx', 'own'] as const
  const rows: TableRow[] = []
  for (const [at, letter] of programLetters().entries()) {
    const receiver = receivers[at % receivers.length] ?? 'own'
    const dkim = at % 3 === 0 ? 'ed25519' : 'rsa'
    rows.push({
      ...letter,
      input: bytes(receivedAt(receiver) + (await mail.send(letter.draft, { dkim }))),
      verdict: 'proven',
      by: 'trace',
      content: 'intact',
    })
  }

  const send = (options: Parameters<OurMail['send']>[1] = {}, draft = plainDraft) =>
    mail.send(draft, options)
  const full = await send()
  const google = receivedAt('google')
  const traced = await send({ dkim: false })
  const signed = await send({ trace: false, received: false })
  const neither = await send({ trace: false, dkim: false })
  const headerOf = (binary: string) => binary.slice(0, binary.indexOf('\r\n\r\n') + 2)
  const traceOf = (binary: string) =>
    /^X-Postern-Trace:.*\r\n(?:[ \t].*\r\n)*/m.exec(binary)?.[0] ?? ''
  const other = withField(
    { ...plainDraft, body: 'Send me money.\r\n' },
    'Message-ID',
    `<other.2@${ourDomain}>`,
  )
  const foreign = withField(
    withField(plainDraft, 'From', 'Eve <eve@bad.example>'),
    'Message-ID',
    '<x@bad.example>',
  )
  const add = (row: TableRow) => rows.push(row)

  add({
    name: 'trace without a signature',
    input: bytes(google + traced),
    verdict: 'proven',
    by: 'trace',
    content: 'intact',
    reasons: ['trace-bound', 'dkim-absent', 'received-submitted'],
  })
  add({
    name: 'trace made before the keys were changed',
    input: bytes(google + (await send({ trace: 'former', dkim: false }))),
    verdict: 'proven',
    by: 'trace',
  })
  add({
    name: 'trace of a key that we dropped',
    input: bytes(google + (await send({ trace: 'lost', dkim: false }))),
    verdict: 'unproven',
    by: null,
    reasons: ['trace-forged'],
  })
  add({
    name: 'trace that a stranger made up',
    input: bytes(
      receivedAt('google', stranger) +
        (await send({ trace: 'strange', dkim: false, received: false })),
    ),
    verdict: 'not-ours',
    by: null,
    reasons: ['trace-forged', 'received-from-stranger'],
  })
  add({
    name: 'trace with another account written into it',
    input: bytes(
      google +
        traced.replace(
          /a=[\w-]{8}/,
          (tag) => `${tag.slice(0, -1)}${tag.endsWith('A') ? 'B' : 'A'}`,
        ),
    ),
    verdict: 'unproven',
    by: null,
    reasons: ['trace-forged'],
  })
  add({
    name: 'true trace copied onto another letter',
    input: bytes(google + traceOf(traced) + (await send({ trace: false, dkim: false }, other))),
    verdict: 'unproven',
    by: null,
    reasons: ['trace-of-another-letter'],
  })
  add({
    name: 'true trace copied onto a stranger’s letter',
    input: bytes(receivedAt('google', stranger) + traceOf(traced) + toBinary(foreign)),
    verdict: 'not-ours',
    by: null,
    reasons: ['trace-of-another-letter'],
  })
  add({
    name: 'true trace with the body replaced',
    input: bytes(google + traced.replace('look at', 'pay at')),
    verdict: 'likely',
    by: 'trace',
    content: 'changed',
    reasons: ['trace-body-differs'],
  })
  add({
    name: 'true trace with the subject replaced',
    input: bytes(google + traced.replace('About your', 'Curse your')),
    verdict: 'likely',
    by: 'trace',
    content: 'changed',
    reasons: ['trace-subject-differs'],
  })
  add({
    name: 'letter with a footer of a list',
    input: bytes(`${google + full}_______\r\nlist mailing list\r\n`),
    verdict: 'likely',
    by: 'trace',
    content: 'changed',
    reasons: ['dkim-body-changed', 'trace-body-differs'],
  })
  add({
    name: 'trace among false ones',
    input: bytes(
      `${google}X-Postern-Trace: v=1; k=00000000; h=AAAA\r\n` +
        `${'X-Postern-Trace: nonsense\r\n'.repeat(3)}${full}`,
    ),
    verdict: 'proven',
    by: 'trace',
  })
  add({
    name: 'trace of two accounts, sent on by the second',
    input: bytes(
      google +
        traceOf(
          await send({ account: 'boris', dkim: false, sentAt: new Date('2026-06-11T09:00:00Z') }),
        ) +
        traced,
    ),
    verdict: 'proven',
    by: 'trace',
  })
  add({
    name: 'trace from the future',
    input: bytes(google + (await send({ dkim: false, sentAt: new Date('2027-01-01T00:00:00Z') }))),
    verdict: 'unproven',
    by: null,
    reasons: ['trace-from-future'],
  })

  add({
    name: 'signature only',
    input: bytes(google + signed),
    verdict: 'likely',
    by: 'signed-from',
    content: 'unknown',
    reasons: ['dkim-passed', 'trace-absent', 'from-ours'],
  })
  add({
    name: 'signature only, over each blank',
    input: bytes(google + (await send({ trace: false, received: false, dkim: 'simple' }))),
    verdict: 'likely',
    by: 'signed-from',
    content: 'intact',
  })
  add({
    name: 'signature only, where nobody can sign with another’s From',
    input: bytes(google + signed),
    verdict: 'proven',
    by: 'signed-from',
    fromOwnerEnforced: true,
    reasons: ['from-owner-enforced'],
  })
  add({
    name: 'signature and a submission line of our own',
    input: bytes(receivedAt('own') + (await send({ trace: false }))),
    verdict: 'likely',
    by: 'received',
  })
  add({
    name: 'signature of an old selector',
    input: bytes(google + (await send({ trace: false, dkim: 'retired' }))),
    verdict: 'likely',
    by: 'received',
    reasons: ['dkim-passed'],
  })
  add({
    name: 'signature of a retired key, made after its end',
    input: bytes(google + (await send({ trace: false, dkim: 'retired-late' }))),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-key-retired'],
  })
  add({
    name: 'signature of a key that nobody published',
    input: bytes(google + (await send({ trace: false, dkim: 'unlisted' }))),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-key-missing'],
  })
  add({
    name: 'signature of a short key',
    input: bytes(google + (await send({ trace: false, dkim: 'weak' }))),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-weak'],
  })
  add({
    name: 'signature over the first bytes',
    input: bytes(google + (await send({ trace: false, dkim: 'partial' }))),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-covers-too-little'],
  })
  add({
    name: 'signature that ran out',
    input: bytes(google + (await send({ trace: false, dkim: 'expired' }))),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-expired'],
  })
  add({
    name: 'signature that leaves the From open',
    input: bytes(google + (await send({ trace: false, dkim: 'no-from' }))),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-covers-too-little'],
  })
  add({
    name: 'signature whose key cannot be asked for',
    input: bytes(receivedAt('small') + (await send({ trace: false, dkim: 'unreachable' }))),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-unknown'],
  })
  add({
    name: 'signature with the body changed',
    input: bytes(google + signed.replace('look at', 'pay at')),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-body-changed'],
  })
  add({
    name: 'signature with a second From above',
    input: bytes(`${google}From: Bank <bank@bank.example>\r\n${signed}`),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-covers-too-little'],
  })
  add({
    name: 'signature with the From changed',
    input: bytes(google + signed.replace('From: Hanna <hanna@', 'From: Boris <boris@')),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-failed'],
  })
  add({
    name: 'signature made at an absurd time',
    input: bytes(google + signed.replace(/ t=\d+;/, ' t=17810820001234567890;')),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-failed'],
  })
  add({
    name: 'true signature beside one of an absurd time',
    input: bytes(
      `${google}DKIM-Signature: v=1; a=rsa-sha256; d=${ourDomain}; s=s2026; t=9e99; ` +
        `h=from; bh=AA==; b=AA==\r\n${signed}`,
    ),
    verdict: 'likely',
    by: 'signed-from',
  })
  add({
    name: 'signature of a stranger only',
    input: bytes(
      receivedAt('google', stranger) +
        (await mail.sign(toBinary(foreign), 'rsa', new Date('2026-06-10T09:00:00Z'))).replaceAll(
          `d=${ourDomain}`,
          'd=bad.example',
        ),
    ),
    verdict: 'not-ours',
    by: null,
    reasons: ['dkim-absent'],
  })

  add({
    name: 'submission line of ours below known relays',
    input: bytes(receivedAt('own') + neither),
    verdict: 'likely',
    by: 'received',
    reasons: ['received-submitted', 'dkim-absent', 'trace-absent'],
  })
  add({
    name: 'submission line of ours, forged below a stranger',
    input: bytes(receivedAt('own', stranger) + neither),
    verdict: 'not-ours',
    by: null,
    reasons: ['received-from-stranger'],
  })
  add({
    name: 'submission line of ours below an unknown receiver',
    input: bytes(receivedAt('small') + neither),
    verdict: 'unproven',
    by: null,
    reasons: ['received-unknown-receiver'],
  })
  add({
    name: 'stranger who calls himself our relay',
    input: bytes(receivedAt('yandex', { ...stranger, name: `out.${ourDomain}` }) + neither),
    verdict: 'not-ours',
    by: null,
    reasons: ['received-from-stranger'],
  })
  add({
    name: 'our relay without a sign-in',
    input: bytes(google + toBinary(plainDraft)),
    verdict: 'unproven',
    by: null,
    reasons: ['received-from-us'],
  })
  add({
    name: 'our From from a stranger',
    input: bytes(receivedAt('outlook', stranger) + toBinary(plainDraft)),
    verdict: 'not-ours',
    by: null,
    reasons: ['from-ours', 'received-from-stranger'],
  })
  add({
    name: 'our From and nothing else',
    input: bytes(toBinary(plainDraft)),
    verdict: 'unproven',
    by: null,
    reasons: ['from-ours', 'received-absent'],
  })
  add({
    name: 'somebody else’s letter',
    input: bytes(receivedAt('mailru', stranger) + toBinary(foreign)),
    verdict: 'not-ours',
    by: null,
    reasons: ['names-nobody-of-us'],
  })
  add({
    name: 'somebody else’s letter, bare',
    input: bytes(toBinary(foreign)),
    verdict: 'not-ours',
    by: null,
  })
  add({
    name: 'our address as a display name',
    input: bytes(toBinary(withField(foreign, 'From', `"hanna@${ourDomain}" <eve@bad.example>`))),
    verdict: 'not-ours',
    by: null,
  })
  add({
    name: 'domain that only ends like ours',
    input: bytes(toBinary(withField(foreign, 'From', `eve@not${ourDomain}`))),
    verdict: 'not-ours',
    by: null,
  })

  const text = google + full
  const quoted = text.replace(/^(?!\n)/gm, '> ')
  add({ name: 'pasted as it stands', input: text, verdict: 'proven', by: 'trace' })
  add({
    name: 'pasted with bare line feeds',
    input: text.replaceAll('\r\n', '\n'),
    verdict: 'proven',
    by: 'trace',
  })
  add({
    name: 'pasted with doubled carriage returns',
    input: text.replaceAll('\r\n', '\r\r\n'),
    verdict: 'proven',
    by: 'trace',
  })
  add({
    name: 'pasted with old Macintosh line ends',
    input: text.replaceAll('\r\n', '\r'),
    verdict: 'proven',
    by: 'trace',
  })
  add({
    name: 'pasted as a quotation',
    input: quoted,
    verdict: 'proven',
    by: 'trace',
    repair: 'quote-marks-removed',
  })
  add({
    name: 'pasted as a quotation of a quotation',
    input: quoted.replace(/^(?!\n)/gm, '> '),
    verdict: 'proven',
    by: 'trace',
    repair: 'quote-marks-removed',
  })
  add({
    name: 'pasted with indentation',
    input: text.replace(/^(?!\n)/gm, '    '),
    verdict: 'proven',
    by: 'trace',
    repair: 'indentation-removed',
  })
  add({
    name: 'pasted with every line end doubled',
    input: text.replaceAll('\r\n', '\n\n'),
    verdict: 'proven',
    by: 'trace',
    repair: 'blank-lines-removed',
  })
  add({
    name: 'pasted below a note',
    input: `Hello, this came today:\n\n${text}`,
    verdict: 'proven',
    by: 'trace',
    repair: 'preamble-dropped',
  })
  add({
    name: 'pasted from a page that shows the original',
    input:
      `Message ID\t<plain.1@${ourDomain}>\nCreated at:\tWed, Jun 10, ` +
      '2026\nFrom:\tHanna\nTo:\treader\nSubject:\tAbout your ' +
      `account\nSPF:\tPASS\n\nDownload Original\n\n${text}`,
    verdict: 'proven',
    by: 'trace',
    repair: 'preamble-dropped',
  })
  add({
    name: 'pasted with the folding lost',
    input: text.replace(/\r\n[ \t]+/g, '\n'),
    verdict: 'proven',
    by: 'trace',
    repair: 'folding-mended',
  })
  add({
    name: 'pasted from HTML source',
    input: text.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
    verdict: 'proven',
    by: 'trace',
    repair: 'entities-decoded',
  })
  add({
    name: 'saved by Notepad in UTF-16',
    input: Buffer.from(`\ufeff${text}`, 'utf16le'),
    verdict: 'proven',
    by: 'trace',
    repair: 'utf-16',
  })
  add({
    name: 'saved with a byte order mark',
    input: bytes(`\u00ef\u00bb\u00bf${text}`),
    verdict: 'proven',
    by: 'trace',
  })
  add({
    name: 'saved as a mailbox file',
    input: bytes(`From hanna@${ourDomain} Wed Jun 10 09:00:00 2026\r\n${text}`),
    verdict: 'proven',
    by: 'trace',
  })
  add({
    name: 'header only, with its trace',
    input: headerOf(text),
    verdict: 'proven',
    by: 'trace',
    content: 'unknown',
    reasons: ['trace-without-body', 'dkim-body-missing'],
  })
  add({
    name: 'header only, without a trace',
    input: headerOf(google + signed),
    verdict: 'unproven',
    by: null,
    reasons: ['dkim-body-missing'],
  })
  add({
    name: 'words only',
    input: 'Hanna wrote to me that I won a prize',
    verdict: 'unproven',
    by: null,
  })
  return rows
}
