// Counts the parts of a letter in one linear pass, before a parser sees them.
import { letterLimits } from './letter.ts'

export interface PartSpan {
  readonly headerAt: number
  readonly bodyAt: number
  readonly endAt: number
}

// The counts may be too high. Then a limit only ends the reading earlier.
/** @param content the fields that say how to read the body */
export function measureTree(content: string, body: string) {
  const open: string[][] = [boundariesIn(content)]
  const seen = { parts: 1, depth: 1, lines: 0, decoyed: (open[0]?.length ?? 0) > 1 }
  const spans: { headerAt: number; bodyAt: number; endAt: number }[] = []
  let partHeader: string | null = null
  for (let at = 0; at <= body.length; ) {
    const start = at
    const next = body.indexOf('\r\n', at)
    const line = body.slice(at, next < 0 ? body.length : next)
    at = next < 0 ? body.length + 1 : next + 2
    seen.lines += 1
    if (partHeader !== null && line !== '') {
      if (partHeader.length < 8192) partHeader += `${line}\r\n`
    } else if (partHeader !== null) {
      const named = boundariesIn(partHeader)
      const span = spans.at(-1)
      if (span) span.bodyAt = Math.min(at, body.length)
      if (named.length > 0) {
        open.push(named)
        spans.pop()
      }
      if (named.length > 1) seen.decoyed = true
      seen.depth = Math.max(seen.depth, open.length)
      partHeader = null
    }
    if (line.startsWith('--') && line.length < 300) {
      const level = open.findLastIndex((names) => names.some((name) => line.startsWith(name, 2)))
      if (level < 0) continue
      const closes = line.trimEnd().endsWith('--')
      const span = spans.at(-1)
      if (span && span.endAt === body.length) span.endAt = Math.max(span.bodyAt, start - 2)
      open.length = closes ? level : level + 1
      seen.parts += closes ? 0 : 1
      if (!closes) spans.push({ headerAt: at, bodyAt: body.length, endAt: body.length })
      partHeader = closes ? null : ''
    }
    if (
      seen.depth > letterLimits.depth ||
      seen.parts > letterLimits.parts ||
      seen.lines > letterLimits.lines
    )
      break
  }
  return { ...seen, spans: seen.decoyed ? [] : spans }
}

const BOUNDARY = /\bboundary[ \t]*(?:\*\d{0,3}\*?)?=\s*(?:"([^"\r\n]{1,200})"|([^\s;"]{1,200}))/gi

// All of them, up to ten: a parser may take another one than the first.
function boundariesIn(header: string): string[] {
  const names = new Set<string>()
  for (const [, quoted, bare] of header.matchAll(BOUNDARY)) {
    names.add(quoted ?? bare ?? '')
    if (names.size === 10) break
  }
  return [...names]
}
