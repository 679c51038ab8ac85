// One letter as the milter hears it, piece by piece, and as it leaves.
import { answers } from './milter-packets.ts'
import { createBinder, type TraceBinding } from './trace-binding.ts'
import { traceHeaderName } from './trace-header.ts'

export interface LetterChange {
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** In place of the body. Undefined: it stays. */
  readonly body?: Buffer
}

/** What an office adds to each letter of an account. @param header lines as they stand */
export type ChangeLetter = (letter: {
  readonly account: string
  readonly header: string
  readonly body: Buffer
}) => LetterChange

export interface OutgoingLetter {
  addField(name: string, value: string): void
  addBody(chunk: Buffer): void
  foreignTraces(): number
  end(account: string): { readonly replies: Buffer[]; readonly binding: TraceBinding }
}

/** Keeps the letter only if something else changes it. */
export function createOutgoingLetter(change?: ChangeLetter): OutgoingLetter {
  let binder = createBinder()
  let foreign = 0
  const kept = { lines: [] as string[], body: [] as Buffer[] }

  function bind(field: string): void {
    binder.field(field.slice(0, field.indexOf(':')).toLowerCase(), () => field)
  }

  // Security: The trace covers what is added to a letter on its way out, so it is made last.
  function changeWhole(account: string, changeLetter: ChangeLetter): Buffer[] {
    const body = Buffer.concat(kept.body)
    const header = kept.lines.join('\n')
    const changed = changeLetter({ account, header, body })
    binder = createBinder()
    for (const [name, value] of changed.fields) bind(`${name}:${value}`)
    for (const line of kept.lines) bind(line)
    binder.body(changed.body ?? body)
    const added = changed.fields.toReversed()
    return [
      ...added.map(([name, value]) => answers.insertHeader(name, value)),
      ...(changed.body ? answers.replaceBody(changed.body) : []),
    ]
  }

  return {
    addField(name, value) {
      if (name.toLowerCase() === traceHeaderName.toLowerCase()) foreign += 1
      else if (change) kept.lines.push(`${name}:${value}`)
      else bind(`${name}:${value}`)
    },
    addBody(chunk) {
      if (change) kept.body.push(Buffer.from(chunk))
      else binder.body(chunk)
    },
    foreignTraces: () => foreign,
    end(account) {
      const replies = change && account !== '' ? changeWhole(account, change) : []
      return { replies, binding: binder.end() }
    },
  }
}
