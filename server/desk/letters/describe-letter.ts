// The values that the page of a case shows of a reported letter.
import type { LetterField } from '#server/core/letters/letter.ts'
import type { ShownEvidence } from '../evidence/view-evidence.ts'
import type { BelievedLine } from '../provenance/received-chain.ts'
import { cutHeaders, type HeaderPart } from './cut-headers.ts'
import { defangText } from './defang.ts'
import { frameDocument } from './letter-html.ts'

const shownChars = 20_000
const shownLinks = 50
const shownFields = 120

export interface DescribedLetter {
  readonly unreadable?: string
  readonly shortSha256: string
  readonly sizeBytes: number
  readonly keptUntil: Date
  readonly from: string
  readonly to: string
  readonly replyTo: string
  readonly subject: string
  readonly date: Date | null
  readonly messageId: string | null
  readonly text: string
  readonly moreText: boolean
  readonly hasHtml: boolean
  /** A complete document for `srcdoc`; null if the letter is shown as text. */
  readonly frame: string | null
  readonly links: readonly string[]
  readonly moreLinks: number
  readonly linkCount: number
  readonly attachments: readonly {
    readonly name: string
    readonly type: string
    readonly sizeBytes: number
    readonly sha256: string
    readonly shortSha256: string
  }[]
  readonly repairs: readonly string[]
  readonly cuts: readonly string[]
  /** From the top. Empty if the letter has no headers. */
  readonly headers: readonly HeaderPart[]
}

const mailbox = ({ name, address }: { name: string; address: string }) =>
  name ? `${name} <${address}>` : address

const shortDigest = (sha256: string) => `${sha256.slice(0, 16)}…`

const nothing = {
  from: '',
  to: '',
  replyTo: '',
  subject: '',
  date: null,
  messageId: null,
  text: '',
  moreText: false,
  hasHtml: false,
  frame: null,
  links: [],
  moreLinks: 0,
  linkCount: 0,
  attachments: [],
  repairs: [],
  cuts: [],
  headers: [],
}

/**
 * @param asHtml adds the document for the sandboxed frame
 * @param believed the Received lines that are believed, of the letter's headers
 */
export function describeLetter(
  { outcome, sha256, sizeBytes, keptUntil }: ShownEvidence,
  asHtml: boolean,
  believed: (fields: readonly LetterField[]) => readonly BelievedLine[],
): DescribedLetter {
  const kept = { shortSha256: shortDigest(sha256), sizeBytes, keptUntil }
  if (outcome.kind === 'refused') return { ...nothing, ...kept, unreadable: outcome.reason }
  const { letter } = outcome
  return {
    ...kept,
    from: letter.from.map(mailbox).join(', '),
    to: letter.to.map(mailbox).join(', '),
    replyTo: letter.replyTo.map(mailbox).join(', '),
    subject: letter.subject,
    date: letter.date,
    messageId: letter.messageId,
    text: defangText(letter.text.slice(0, shownChars)),
    moreText: letter.text.length > shownChars,
    hasHtml: letter.safeHtml !== null,
    frame: asHtml && letter.safeHtml !== null ? frameDocument(letter.safeHtml) : null,
    links: letter.links.slice(0, shownLinks).map(({ defanged }) => defanged),
    moreLinks: Math.max(0, letter.links.length - shownLinks),
    linkCount: letter.links.length,
    attachments: letter.attachments.map((file) => ({
      ...file,
      shortSha256: shortDigest(file.sha256),
    })),
    repairs: letter.repairs,
    cuts: letter.cuts,
    headers: cutHeaders(letter.fields, believed(letter.fields), shownFields),
  }
}
