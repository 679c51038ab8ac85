// Takes a Sieve script (RFC 5228) apart, far enough to tell what each command is given. Never throws: a stranger may have written it.

interface Token {
  readonly kind: 'word' | 'tag' | 'string' | 'number' | 'mark'
  readonly text: string
}

export interface SieveCommand {
  /** Lower case. */
  readonly name: string
  /** Without the colon, lower case. */
  readonly tags: readonly string[]
  /** In order, those of lists and tests too. */
  readonly strings: readonly string[]
}

export interface SieveScript {
  /** In order; what stands in blocks follows the command that they belong to. */
  readonly commands: readonly SieveCommand[]
  /** False where it does not end as a script must, so that more may be meant than was understood. */
  readonly whole: boolean
}

/** Blanks and comments; else a string in quotes; in lines until one that is a dot alone; a tag; a word; a number; a mark. */
const pieces = [
  /[ \t\r\n]+|#[^\n]*|\/\*[\s\S]*?\*\//,
  /"(?<quoted>[^"\\]*(?:\\[\s\S][^"\\]*)*)"/,
  /[Tt][Ee][Xx][Tt]:[ \t]*(?:#[^\n]*)?\r?\n(?<lines>(?:(?!\.\r?\n)[^\n]*\n)*)\.\r?\n/,
  /(?<tag>:[A-Za-z_]\w*)/,
  /(?<word>[A-Za-z_]\w*)/,
  /(?<number>\d+[KMGkmg]?)/,
  /(?<mark>[[\](){},;])/,
]
const piece = new RegExp(pieces.map(({ source }) => source).join('|'), 'y')

function tokenOf(found: NonNullable<RegExpExecArray['groups']>): Token | undefined {
  const { quoted, lines, tag, word, number, mark } = found
  if (quoted !== undefined) return { kind: 'string', text: quoted.replace(/\\([\s\S])/g, '$1') }
  // A line that begins with a dot has one more before it.
  if (lines !== undefined) return { kind: 'string', text: lines.replace(/^\./gm, '') }
  if (tag !== undefined) return { kind: 'tag', text: tag }
  if (word !== undefined) return { kind: 'word', text: word }
  if (number !== undefined) return { kind: 'number', text: number }
  return mark === undefined ? undefined : { kind: 'mark', text: mark }
}

function tokensOf(text: string): { tokens: Token[]; whole: boolean } {
  const tokens: Token[] = []
  piece.lastIndex = 0
  while (piece.lastIndex < text.length) {
    const found = piece.exec(text)
    if (!found) return { tokens, whole: false }
    const token = tokenOf(found.groups ?? {})
    if (token) tokens.push(token)
  }
  return { tokens, whole: true }
}

export function readSieve(text: string): SieveScript {
  const { tokens, whole } = tokensOf(text.replace(/^\uFEFF/, ''))
  const commands: SieveCommand[] = []
  let open: { name: string; tags: string[]; strings: string[] } | undefined
  let regular = whole
  for (const { kind, text: written } of tokens) {
    if (kind === 'mark' && (written === ';' || written === '{' || written === '}')) open = undefined
    else if (open) {
      if (kind === 'tag') open.tags.push(written.slice(1).toLowerCase())
      if (kind === 'string') open.strings.push(written)
    } else if (kind === 'word') {
      open = { name: written.toLowerCase(), tags: [], strings: [] }
      commands.push(open)
    } else regular = false
  }
  return { commands, whole: regular && open === undefined }
}
