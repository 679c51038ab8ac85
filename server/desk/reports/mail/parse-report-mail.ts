// Reads a mail to the abuse address: what it reports, and whether it is an answer to us.
import { fieldsNamed, type Letter, type LetterField } from '#server/core/letters/letter.ts'
import { scanLetter } from '#server/core/letters/letter-shape.ts'
import { openSource } from '#server/core/letters/letter-source.ts'
import { bodyKeyOf, rawOf, sha256 } from '#server/desk/letters/letter-key.ts'
import { type LetterPart, readLetter } from '#server/desk/letters/parse-letter.ts'
import { reporterKey } from '../reporter-key.ts'
import { type MailContent, readContent } from './mail-content.ts'
import {
  answeredIds,
  borneIds,
  isAutomatic,
  isDeliveryReport,
  mayLoop,
  saysItIsOurs,
} from './mail-guards.ts'

/** What shows that a mail answers one of ours, or is one that came back. */
export interface Answering {
  /** Says of itself that it is ours. */
  readonly isOurs: boolean
  /** If one of these is ours, our own mail came back. */
  readonly bears: readonly string[]
  /** If one of these is ours, somebody or a machine answered. */
  readonly answers: readonly string[]
}

export type ReportMail =
  | ({
      readonly kind: 'mail'
      readonly subject: string
      /** Whether a program wrote it: then nobody is answered. */
      readonly isAutomatic: boolean
      readonly answering: Answering
      readonly mailKey: string
    } & MailContent)
  | { readonly kind: 'refused'; readonly reason: 'empty' | 'too-large' | 'unreadable' }

/** No mail makes it throw. @param ownAddresses lower case: they are never answered */
export async function parseReportMail(
  mail: Uint8Array,
  ownAddresses: readonly string[],
): Promise<ReportMail> {
  const outcome = await readLetter(mail, { whole: true })
  if (outcome.kind === 'refused') {
    const known = outcome.reason === 'empty' || outcome.reason === 'too-large'
    return { kind: 'refused', reason: known ? outcome.reason : 'unreadable' }
  }
  const { letter, scanned, parts } = outcome
  const from = letter.from.map(({ address }) => address)
  const content = readContent(letter, parts.attachments, mail)
  return {
    ...content,
    kind: 'mail',
    subject: letter.subject,
    isAutomatic:
      content.isForMachines ||
      isAutomatic(letter.fields) ||
      mayLoop(letter.fields, from, ownAddresses),
    answering: answeringOf(letter, parts.attachments, ownAddresses),
    mailKey: mailKeyOf(letter, scanned.body),
  }
}

// Security: A mail that arrives by two ways is one, and another mail with its Message-ID is not.
const mailKeyOf = ({ fields }: Letter, body: string): string =>
  sha256(
    [
      ...['message-id', 'from', 'date', 'subject'].map(
        (name) => fieldsNamed(fields, name)[0]?.raw.replace(/\s+/g, '') ?? '',
      ),
      sha256(Buffer.from(body.trim(), 'latin1')),
    ].join('\n'),
  )

function answeringOf(
  { fields }: Letter,
  attachments: readonly LetterPart[],
  ownAddresses: readonly string[],
): Answering {
  const type = fieldsNamed(fields, 'content-type')[0]?.value ?? ''
  const returned = isDeliveryReport(type)
    ? attachments.map(({ content }) => scanLetter(openSource(content).binary).fields)
    : []
  return {
    isOurs: [fields, ...returned].some((each) => saysItIsOurs(each, ownAddresses)),
    bears: [fields, ...returned].flatMap(borneIds).slice(0, 20),
    answers: answeredIds(fields),
  }
}

/** @param reporter their mail address, or what stands for it */
export const duplicateKeyOf = (reporter: string, source: Uint8Array | string): string =>
  duplicateKeyOfScanned(reporter, scanLetter(openSource(source).binary))

/** Letters without a Message-ID are told apart by their body. */
export function duplicateKeyOfScanned(
  reporter: string,
  scanned: { readonly fields: readonly LetterField[]; readonly body: string },
): string {
  const ids = rawOf(scanned.fields, 'message-id')
  const own = ids.length === 0 ? [bodyKeyOf(scanned)] : ids
  const letter = [...own, ...rawOf(scanned.fields, 'from')].join('\n')
  return sha256(`${reporterKey(reporter)}\n${letter}`)
}
