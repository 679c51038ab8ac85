// Splits a Sieve script (RFC 5228) into commands. Never throws: a stranger may have written it.

interface Token {
  readonly kind: 'word' | 'tag' | 'string' | 'number' | 'mark'
  readonly text: string
}

export interface SieveCommand {
  readonly name: string
  /** Without the colon, lower case. */
  readonly tags: readonly string[]
  /** All strings in order, also those inside lists and tests. */
  readonly strings: readonly string[]
}

export interface SieveScript {
  /** As in the text: commands inside a block follow the one that opens it. */
  readonly commands: readonly SieveCommand[]
  /** False if the script has faults and may mean more than was read. */
  readonly whole: boolean
}

/** Blanks and comments, quoted strings, multi-line strings, then the rest. */
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
  // RFC 5228, 2.4.2: a dot at the start of a line is written twice.
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
