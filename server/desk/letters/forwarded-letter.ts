// Finds a letter in the text of a mail: pasted with its header, or forwarded by a mail program.
import { fieldName } from '#server/core/letters/field-name.ts'
import { announced, answerMarks, ended, fieldOfLabel } from './forward-words.ts'
import { mailboxOf, readAttribution } from './quoted-letter.ts'

export interface FoundInText {
  /**
   * `source`: the source of the letter, with the header lines that relays wrote.
   * `retold`: a mail program's summary, rewritten as a letter so that the same page can show it.
   */
  readonly kind: 'source' | 'retold'
  readonly text: string
  /** What the reporter wrote above and below. */
  readonly note: string
  /** What the mail program wrote around the letter: it tells the reporter's language. */
  readonly words: string
}

type Lines = readonly string[]

const SOURCE_FIELDS =
  /^(?:received|return-path|dkim-signature|authentication-results|arc-[a-z-]+|delivered-to)$/i
const MAX_LINES = 5_000
const MAX_FIELDS = 12
/** A header of this many fields needs no line that announces it. */
const enoughFields = 3
/** How far below its announcement a letter begins. */
const reach = 8

/** @param subject of the mail, which stands for that of a letter that is quoted without one */
export function findLetterInText(text: string, subject = ''): FoundInText | null {
  const lines = text.slice(0, 1_000_000).split(/\r?\n/, MAX_LINES)
  return findSource(lines) ?? findRetold(lines, subject)
}

function findSource(lines: Lines): FoundInText | null {
  const bare = lines.map(withoutMarks)
  const start = bare.findIndex((line, at) => {
    const name = fieldName(line)
    if (name === null || !SOURCE_FIELDS.test(name)) {
      return false
    }
    const around = bare.slice(at, at + 60)
    return around.some((next) => /^(?:from|subject|message-id)[ \t]*:/i.test(next))
  })
  if (start < 0) return null
  const first = bare.findLastIndex((line, at) => at <= start && line.trim() === '') + 1
  return {
    kind: 'source',
    text: lines.slice(first).join('\n'),
    note: lines.slice(0, first).join('\n').trim(),
    words: '',
  }
}

interface Head {
  readonly fields: ReadonlyMap<string, string>
  /** The first line of the letter's text. */
  readonly bodyAt: number
  /** Where the reporter's own words end. */
  readonly startAt: number
  readonly words: string
  readonly quoted: boolean
}

function findRetold(lines: Lines, subject: string): FoundInText | null {
  const head = findHead(lines)
  if (!head) return null
  const { body, rest } = splitBody(lines.slice(head.bodyAt), head.quoted)
  const fields = new Map(head.fields)
  const own = subject.replace(answerMarks, '')
  if (!fields.has('Subject') && own) fields.set('Subject', own.replace(/[\r\n]+/g, ' '))
  const header = [
    ...[...fields].map(([name, value]) => `${name}: ${value}`),
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ].join('\r\n')
  const above = lines.slice(0, head.startAt).map((line) => line.trimEnd())
  return {
    kind: 'retold',
    text: `${header}\r\n\r\n${body.join('\r\n').trim()}\r\n`,
    note: [...above, ...rest].join('\n').trim(),
    words: head.words,
  }
}

function findHead(lines: Lines): Head | undefined {
  for (const [at, line] of lines.entries()) {
    if (line.length < 250 && announced.test(line)) {
      for (let next = at + 1; next <= at + reach && next < lines.length; next += 1) {
        const head = readHead(lines, next, 1) ?? readQuote(lines, next)
        if (head) {
          return { ...head, startAt: at, words: `${line} ${head.words}`, quoted: false }
        }
      }
    }
    const head = readHead(lines, at, enoughFields) ?? readQuote(lines, at)
    if (head) return head
  }
  return undefined
}

/** @param needed how many fields make a header, one of them From */
function readHead(lines: Lines, start: number, needed: number): Head | undefined {
  if (!labelAt(lines, start)) return undefined
  const fields = new Map<string, string>()
  const words: string[] = []
  let at = start
  while (at < lines.length && words.length < MAX_FIELDS) {
    // A table of HTML leaves a blank line between two fields.
    const gap = lines[at]?.trim() === '' && words.length > 0 ? 1 : 0
    const label = labelAt(lines, at + gap)
    if (!label || (gap && fields.has(label.field))) break
    if (!fields.has(label.field)) fields.set(label.field, label.value)
    words.push(label.word)
    at += gap + label.lines
  }
  const from = fields.get('From')
  if (from === undefined || words.length < needed) {
    return undefined
  }
  fields.set('From', mailboxOf(from))
  for (const name of fields.keys()) if (name.startsWith('X-')) fields.delete(name)
  return {
    fields,
    bodyAt: at,
    startAt: ruledAt(lines, start),
    words: words.join(' '),
    quoted: false,
  }
}

/** A rule above the header is no word of the reporter. */
function ruledAt(lines: Lines, start: number): number {
  const above = lines.findLastIndex((line, at) => at < start && line.trim() !== '')
  return above >= 0 && /^[>\s]*[-_=*]{5,}\s*$/.test(lines[above] ?? '') ? above : start
}

function readQuote(lines: Lines, at: number): Head | undefined {
  const some = lines.slice(at, at + 3).map(withoutMarks)
  const found = some[0]?.trim() ? readAttribution(some) : undefined
  if (!found) return undefined
  const bodyAt = at + found.lines
  const next = lines.slice(bodyAt).find((line) => line.trim() !== '') ?? ''
  // What follows a plain colon is a list or an argument, unless the letter is quoted.
  return {
    fields: new Map([
      ['From', found.from],
      ['Date', found.date],
    ]),
    bodyAt,
    startAt: at,
    words: some.slice(0, found.lines).join(' '),
    quoted: /^\s{0,3}>/.test(next),
  }
}

/** The letter, and what the reporter wrote below it. */
function splitBody(lines: Lines, quoted: boolean) {
  const end = lines.findIndex((line) => ended.test(line))
  const stop = quoted
    ? lines.findLastIndex((line) => /^\s{0,3}>/.test(line)) + 1
    : end < 0
      ? lines.length
      : end
  return {
    body: lines.slice(0, stop).map(withoutMarks),
    rest: lines.slice(stop).filter((line) => !ended.test(line)),
  }
}

interface Label {
  readonly field: string
  readonly value: string
  readonly word: string
  readonly lines: number
}

const LABEL = /^[*_]{0,2}([\p{L}-]{1,16}(?: \p{L}{1,9})?)[*_]{0,2} ?:[*_]{0,2}[ \t]*(.{0,998})$/u

function labelAt(lines: Lines, at: number): Label | undefined {
  const line = withoutMarks(lines[at] ?? '')
  const [, word = '', value = ''] = LABEL.exec(line.trim().slice(0, 1100)) ?? []
  const field = fieldOfLabel(word)
  if (field === undefined) return undefined
  const more = withoutMarks(lines[at + 1] ?? '')
  const isFree = more.trim() !== '' && !LABEL.test(more.trim())
  // A cell of a table may stand on the next line, and a long value goes on there.
  const goesOn = isFree && (value === '' || /^[ \t]{2,}\S/.test(more))
  if (value === '' && !goesOn) return undefined
  const whole = goesOn ? `${value} ${more.trim()}` : value
  return { field, value: whole.trim(), word, lines: goesOn ? 2 : 1 }
}

function withoutMarks(line: string): string {
  return line.replace(/^(?:[ \t]{0,3}[>|] ?){1,5}/, '')
}
