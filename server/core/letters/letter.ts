export type Repair =
  | 'utf-16'
  | 'preamble-dropped'
  | 'quote-marks-removed'
  | 'indentation-removed'
  | 'blank-lines-removed'
  | 'entities-decoded'
  | 'folding-mended'

/** What was left out as broken or too large. The evidence has it. */
export type Cut =
  | 'headers'
  | 'nesting'
  | 'parts'
  | 'body'
  | 'beginning'
  | 'html'
  | 'links'
  | 'broken'

export type LetterShape = 'whole' | 'headers-only' | 'text-only'

export interface LetterField {
  readonly name: string
  /** Unfolded and decoded, with visible control characters. */
  readonly value: string
  /** The unfolded bytes as latin1 characters, to prove where the letter came from. */
  readonly raw: string
}

export interface Mailbox {
  readonly name: string
  readonly address: string
}

export interface LetterAttachment {
  readonly name: string
  readonly type: string
  readonly sizeBytes: number
  readonly sha256: string
}

export interface LetterLink {
  /** `hxxps://example[.]org/…` */
  readonly defanged: string
  /** In ASCII (`xn--…`). Null if the address cannot be read. */
  readonly host: string | null
}

export interface Letter {
  readonly shape: LetterShape
  /** Hex, over the original bytes. */
  readonly sha256: string
  readonly sizeBytes: number
  readonly repairs: readonly Repair[]
  readonly cuts: readonly Cut[]
  readonly fields: readonly LetterField[]
  readonly from: readonly Mailbox[]
  readonly to: readonly Mailbox[]
  readonly replyTo: readonly Mailbox[]
  readonly returnPath: string | null
  readonly subject: string
  /** Without angle brackets. */
  readonly messageId: string | null
  readonly date: Date | null
  readonly text: string
  /** From `safeLetterHtml`, for a sandboxed frame only. */
  readonly safeHtml: string | null
  readonly attachments: readonly LetterAttachment[]
  readonly links: readonly LetterLink[]
}

/** The largest real letters have a few MiB, and list mail carries about 100 fields. */
export const letterLimits = {
  /** As much as submission takes, and room for what relays write above it. */
  takenBytes: 26 * 1024 * 1024,
  /** Of larger letters only the header and the beginning are kept. */
  bytes: 10 * 1024 * 1024,
  beginningBytes: 1024 * 1024,
  beginningLines: 20_000,
  lines: 150_000,
  /** More lines need a mean length of `shortLineChars`: short ones cost as much. */
  shortLines: 50_000,
  shortLineChars: 30,
  headerBytes: 256 * 1024,
  fields: 1_000,
  fieldBytes: 16 * 1024,
  parts: 200,
  depth: 20,
  textChars: 512 * 1024,
  htmlChars: 256 * 1024,
  htmlDepth: 1_000,
  links: 500,
} as const

export function fieldsNamed(fields: readonly LetterField[], name: string): LetterField[] {
  const wanted = name.toLowerCase()
  return fields.filter((field) => field.name.toLowerCase() === wanted)
}

/** Null for anything but a date between 1990 and 2100. */
export function readLetterDate(value: string | undefined): Date | null {
  const date = new Date(value?.slice(0, 100) ?? '')
  const year = date.getUTCFullYear()
  return year >= 1990 && year <= 2100 ? date : null
}
