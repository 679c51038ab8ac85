// Finds in the source which function writes which table, by knex chains and SQL texts. It relies on
// formatted code, where each function begins in column 0.

export interface TableWrite {
  /** The name of the top-level function or constant. */
  readonly name: string
  readonly table: string
  /** The text of its parameters, if it has any. */
  readonly firstParameterType: string | undefined
}

const beginning = /^(?:export )?(?:default )?(?:async )?(?:function|const|let|class)\s*\*?\s*(\w+)/

interface Piece {
  readonly name: string
  readonly text: string
}

function piecesOf(source: string): Piece[] {
  const pieces: { name: string; lines: string[] }[] = [{ name: '(top)', lines: [] }]
  for (const line of source.split('\n')) {
    const name = beginning.exec(line)?.[1]
    if (name) pieces.push({ name, lines: [] })
    pieces.at(-1)?.lines.push(line)
  }
  return pieces.map(({ name, lines }) => ({ name, text: lines.join('\n') }))
}

/** Removes comments, which may mention updates. The `//` of a URL follows a colon. */
const withoutComments = (text: string) =>
  text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')

/** The index after the bracket that closes the one at `from`. Skips strings. */
function closing(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at += 1) {
    const char = text[at] ?? ''
    if (char === "'" || char === '"' || char === '`') {
      for (at += 1; at < text.length && text[at] !== char; at += 1) if (text[at] === '\\') at += 1
    } else if ('([{'.includes(char)) depth += 1
    else if (')]}'.includes(char)) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return text.length
}

const isWrite = (method: string) =>
  /^(?:insert|upsert|update|delete|del|merge|increment|decrement|truncate)$/.test(method)

/** The methods of the chain at `from`, and its end. */
function chainAt(text: string, from: number): { methods: string[]; end: number } {
  const methods: string[] = []
  let at = from
  for (;;) {
    const next = /^\s*\??\.\s*(\w+)\s*/.exec(text.slice(at))
    if (!next) return { methods, end: at }
    methods.push(next[1] ?? '')
    at += next[0].length
    if (text[at] === '(') at = closing(text, at)
  }
}

function writtenBy(text: string, tables: ReadonlySet<string>): Set<string> {
  const written = new Set<string>()
  for (const found of text.matchAll(
    /\b(?:insert\s+into|update|delete\s+from|truncate)\s+(?:only\s+)?([\w.$"{}]+)/gi,
  )) {
    const table = (found[1] ?? '').replaceAll('"', '')
    if (tables.has(table)) written.add(table)
    // The name of the table is computed, so the caller must name it.
    else if (table.startsWith('${')) written.add('(any)')
  }
  for (const found of text.matchAll(/\b(?:db|trx)\(\s*[a-zA-Z.]+\s*\)/g))
    if (chainAt(text, found.index + found[0].length).methods.some(isWrite)) written.add('(any)')
  const [read, chains] = [new Set<string>(), [] as [number, number][]]
  for (const found of text.matchAll(/\b\w+(?:<[^>()]*>)?\(\s*'([\w.]+)(?: as \w+)?'\s*\)/g)) {
    const table = found[1] ?? ''
    if (!tables.has(table)) continue
    const begin = found.index + found[0].length
    const { methods, end } = chainAt(text, begin)
    chains.push([begin, end])
    if (methods.some(isWrite)) written.add(table)
    else read.add(table)
  }
  // `const query = trx('t')…` may be followed by `query.delete()` later in the function.
  const loose = [...text.matchAll(/\.\s*(\w+)\(/g)].some(
    ({ 1: method = '', index }) =>
      isWrite(method) && !chains.some(([begin, end]) => index >= begin && index < end),
  )
  if (loose) for (const table of read) written.add(table)
  return written
}

function firstParameterTypeOf(text: string): string | undefined {
  const head =
    /^(?:export )?(?:async )?(?:function\s*\*?\s*\w+|const \w+ =\s*(?:async\s*)?)(?:<[^(]*>)?\s*(?=\()/.exec(
      text,
    )
  if (!head) return undefined
  const open = head[0].length
  const parameters = text.slice(open + 1, closing(text, open) - 1)
  let at = 0
  while (at < parameters.length && parameters[at] !== ',') {
    at = '([{'.includes(parameters[at] ?? '') ? closing(parameters, at) : at + 1
  }
  return /:\s*([^:]+?)\s*$/.exec(parameters.slice(0, at))?.[1]
}

/** `(any)` stands for a table with a computed name. */
export function tableWritesOf(source: string, tables: ReadonlySet<string>): TableWrite[] {
  return piecesOf(withoutComments(source)).flatMap(({ name, text }) =>
    [...writtenBy(text, tables)].map((table) => ({
      name,
      table,
      firstParameterType: firstParameterTypeOf(text),
    })),
  )
}
