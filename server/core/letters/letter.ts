/** A reported letter as the abuse desk keeps and shows it: values only. What a stranger wrote stays text, never markup. */

/** What was undone before the letter could be read. */
export type Repair =
  | 'utf-16'
  | 'preamble-dropped'
  | 'quote-marks-removed'
  | 'indentation-removed'
  | 'blank-lines-removed'
  | 'entities-decoded'
  | 'folding-mended'

/** What was left out of the reading because it would have cost too much. The kept evidence has it all. */
export type Cut = 'headers' | 'nesting' | 'parts' | 'body' | 'html' | 'links' | 'broken'

/** `inline`: somebody's mail program retold the letter; only what it chose to keep is here. */
export type LetterShape = 'whole' | 'headers-only' | 'text-only'

export interface LetterField {
  readonly name: string
  /** Unfolded and decoded, control characters made visible. */
  readonly value: string
  /** Unfolded bytes as latin1, for proofs. */
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
  /** Cannot be followed by accident: `hxxps://example[.]org/…`. */
  readonly defanged: string
  /** A-label host in lower case; null where there is none or it cannot be one. */
  readonly host: string | null
}

export interface Letter {
  readonly shape: LetterShape
  /** Hex, of the bytes as they were handed in. */
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
  /** Without its angle brackets. */
  readonly messageId: string | null
  readonly date: Date | null
  readonly text: string
  /** Fit for a sandboxed frame: no script, no style, no link target, nothing that is fetched. Null where there is no HTML. */
  readonly safeHtml: string | null
  readonly attachments: readonly LetterAttachment[]
  readonly links: readonly LetterLink[]
}

/** Bounds of one reading. Sources: the largest real letters are a few MiB; 1,000 fields is ten times what list mail carries. */
export const letterLimits = {
  bytes: 10 * 1024 * 1024,
  lines: 150_000,
  /** From this many lines on, they must be as long as real ones are: a line costs the same however short it is. */
  shortLines: 50_000,
  shortLineChars: 30,
  headerBytes: 256 * 1024,
  headerLines: 3_000,
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

/** Null for what is not a date, or none that a letter could carry (1990–2100). */
export function readLetterDate(value: string | undefined): Date | null {
  const date = new Date(value?.slice(0, 100) ?? '')
  const year = date.getUTCFullYear()
  return year >= 1990 && year <= 2100 ? date : null
}
