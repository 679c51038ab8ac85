// The headers of a letter, cut where its sender may have begun to write.
import type { LetterField } from '#server/core/letters/letter.ts'
import type { BelievedLine } from '../provenance/received-chain.ts'

export interface HeaderPart {
  /** Who wrote it. Texts: `desk.letter.writers.<by>`. */
  readonly by: 'ours' | 'known' | 'anybody'
  /** The servers that wrote it, topmost first. */
  readonly hosts: readonly string[]
  readonly text: string
}

interface Part {
  by: HeaderPart['by']
  hosts: string[]
  fields: LetterField[]
}

const isReceived = ({ name }: LetterField) => name.toLowerCase() === 'received'

// Security: The view of the headers names no server for a line that is not believed.
/** A server puts its lines on top, so what stands over its Received line is not from below it. */
function partsOf(fields: readonly LetterField[], believed: readonly BelievedLine[]): Part[] {
  const parts: Part[] = []
  let rest = fields
  for (const { by: host, ours } of believed) {
    const end = rest.findIndex(isReceived) + 1
    const by = ours ? 'ours' : 'known'
    if (parts.at(-1)?.by !== by) parts.push({ by, hosts: [], fields: [] })
    const part = parts.at(-1) as Part
    if (!part.hosts.includes(host)) part.hosts.push(host)
    part.fields.push(...rest.slice(0, end))
    rest = rest.slice(end)
  }
  return [...parts, { by: 'anybody', hosts: [], fields: [...rest] }]
}

/** @param limit how many lines are shown in all */
export function cutHeaders(
  fields: readonly LetterField[],
  believed: readonly BelievedLine[],
  limit: number,
): HeaderPart[] {
  let left = limit
  return partsOf(fields, believed).flatMap(({ by, hosts, fields: own }) => {
    const shown = own.slice(0, left)
    left -= shown.length
    if (shown.length === 0) return []
    return [{ by, hosts, text: shown.map(({ name, value }) => `${name}: ${value}`).join('\n') }]
  })
}
