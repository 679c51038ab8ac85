// Reads the line that a mail program puts above a letter that it quotes: `On … wrote:`.
import { by, wrote } from './forward-words.ts'

export interface Attribution {
  /** How many lines it takes. */
  readonly lines: number
  readonly from: string
  readonly date: string
}

const maxChars = 300
const address = /[^\s<>()[\]"',;:|]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/iu
const day = /(?:^|[^\d])\d{1,2}(?:[./-]\d{1,2}[./-]\d{2,4}|\.?,? ?\p{L}{3,10}|, \d{4})/u
const time = /\d{1,2}[:.]\d{2}/u
const beforeName = new RegExp(
  [
    ',',
    String.raw`\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*(?:[ap]\.?m\.?|uhr))?`,
    String.raw`[+-]\d{2}:?\d{2}`,
    by,
  ].join('|'),
  'iu',
)

/** `Hanna [mailto:h@x.example]` and the like, as a header says it. */
export function mailboxOf(text: string): string {
  const found = address.exec(text.slice(0, 1000))
  if (!found) return text.replace(/[<>[\]()"*]/g, '').trim()
  const name = text
    .slice(0, found.index)
    .replace(/mailto:/gi, '')
    .replace(/[<>[\]()"“”„«»'*]/g, '')
    .trim()
  return name ? `"${name}" <${found[0]}>` : `<${found[0]}>`
}

/** Undefined if no attribution begins with the first of these lines. */
export function readAttribution(lines: readonly string[]): Attribution | undefined {
  let text = ''
  for (const [at, line] of lines.slice(0, 3).entries()) {
    if (line.trim() === '') return undefined
    text = `${text} ${line.trim()}`.trim()
    if (text.length > maxChars) return undefined
    if (text.endsWith(':')) {
      return attributionOf(text.slice(0, -1), at + 1)
    }
  }
  return undefined
}

function attributionOf(text: string, lines: number): Attribution | undefined {
  const verb = wrote.exec(text)
  const found = address.exec(text)
  if (!day.test(text) || (!verb && !(found && time.test(text)))) {
    return undefined
  }
  if (found) {
    const from = mailboxOf(`${nameBefore(text.slice(0, found.index))} <${found[0]}>`)
    return { lines, from, date: text.slice(0, found.index).trim() }
  }
  const before = text.slice(0, verb?.index)
  const after = text.slice((verb?.index ?? 0) + (verb?.[0].length ?? 0))
  const from = nameBefore(after.trim() || before)
  return from ? { lines, from: mailboxOf(from), date: before.trim() } : undefined
}

function nameBefore(text: string): string {
  const verb = wrote.exec(text)
  const rest = verb ? text.slice(verb.index + verb[0].length) : text
  const name = rest.split(beforeName).at(-1) ?? ''
  return name.replace(/^[\s"<([]+|[\s"<([]+$/g, '')
}
