// Finds a letter in the text of a mail: pasted with its header, or forwarded by a mail program.
import { fieldName } from '#server/core/letters/field-name.ts'

export type FoundInText =
  /** The source of the letter, with the header lines that relays wrote. */
  | { readonly kind: 'source'; readonly text: string; readonly note: string }
  /** A mail program's summary, rewritten as a letter so that the same page can show it. */
  | { readonly kind: 'retold'; readonly text: string; readonly note: string }

// Mail programs put one of these on a line of its own above a forwarded letter.
const ANNOUNCED = new RegExp(
  `^[>\\s]*(?:${[
    '-{2,} ?(?:original|forwarded) message ?-{2,}',
    '-{2,} ?(?:пересылаемое|исходное|перасланае|зыходнае) ' +
      '(?:сообщение|письмо|паведамленне) ?-{2,}',
    '-{2,} ?(?:перасланае паведамленне|перасылаемае паведамленне) ?-{2,}',
    '-{2,} ?(?:weitergeleitete nachricht|ursprüngliche nachricht|originalnachricht) ?-{2,}',
    '-{2,} ?(?:mensaje reenviado|message transféré) ?-{2,}',
    '-{2,} ?(?:wiadomość przekazana|messaggio inoltrato) ?-{2,}',
    'begin forwarded message:',
    'начало (?:переадресованного|пересылаемого) (?:сообщения|письма):?',
    'anfang der weitergeleiteten (?:nachricht|e-mail):',
    '={3,}8<=+ ?(?:original message text|начало оригинального текста) ?=+',
    '={3,}8<=+ ?исходный текст письма ?=+',
    'this is a forwarded message',
  ].join('|')})\\s*$`,
  'iu',
)

const LABELS: Readonly<Record<string, string>> = {
  from: 'From',
  von: 'From',
  от: 'From',
  'от кого': 'From',
  ад: 'From',
  'ад каго': 'From',
  de: 'From',
  od: 'From',
  da: 'From',
  to: 'To',
  an: 'To',
  кому: 'To',
  каму: 'To',
  para: 'To',
  à: 'To',
  do: 'To',
  a: 'To',
  subject: 'Subject',
  betreff: 'Subject',
  тема: 'Subject',
  тэма: 'Subject',
  asunto: 'Subject',
  objet: 'Subject',
  temat: 'Subject',
  oggetto: 'Subject',
  date: 'Date',
  sent: 'Date',
  datum: 'Date',
  gesendet: 'Date',
  дата: 'Date',
  отправлено: 'Date',
  адпраўлена: 'Date',
  fecha: 'Date',
  data: 'Date',
  'reply-to': 'Reply-To',
  'message-id': 'Message-ID',
}

const SOURCE_FIELDS =
  /^(?:received|return-path|dkim-signature|authentication-results|arc-[a-z-]+|delivered-to)$/i
const MAX_LINES = 5_000

export function findLetterInText(text: string): FoundInText | null {
  const lines = text.slice(0, 1_000_000).split(/\r?\n/, MAX_LINES)
  return findSource(lines) ?? findRetold(lines)
}

function findSource(lines: readonly string[]): FoundInText | null {
  const bare = lines.map(withoutMarks)
  const start = bare.findIndex((line, at) => {
    const name = fieldName(line)
    if (name === null || !SOURCE_FIELDS.test(name)) return false
    const around = bare.slice(at, at + 60)
    return around.some((next) => /^(?:from|subject|message-id)[ \t]*:/i.test(next))
  })
  if (start < 0) return null
  const first = bare.findLastIndex((line, at) => at <= start && line.trim() === '') + 1
  return {
    kind: 'source',
    text: lines.slice(first).join('\n'),
    note: lines.slice(0, first).join('\n').trim(),
  }
}

function findRetold(lines: readonly string[]): FoundInText | null {
  const announced = lines.findIndex((line) => line.length < 200 && ANNOUNCED.test(line))
  const from = announced < 0 ? lines.findIndex((_, at) => labelsAt(lines, at) >= 3) : announced + 1
  if (from < 0) return null
  const start = lines.findIndex((line, at) => at >= from && at < from + 6 && labelOf(line) !== null)
  if (start < 0) return null
  const fields: string[] = []
  let at = start
  for (; at < lines.length && fields.length < 12; at += 1) {
    const label = labelOf(lines[at] ?? '')
    if (label === null) break
    fields.push(`${label.name}: ${label.value}`)
  }
  if (!fields.some((field) => field.startsWith('From: '))) return null
  const body = lines.slice(at).map(withoutMarks).join('\r\n')
  const head = [
    ...fields,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
  ].join('\r\n')
  const note = lines
    .slice(0, announced < 0 ? start : announced)
    .join('\n')
    .trim()
  return { kind: 'retold', text: `${head}\r\n\r\n${body.trim()}\r\n`, note }
}

function labelsAt(lines: readonly string[], start: number): number {
  let count = 0
  while (count < 4 && labelOf(lines[start + count] ?? '') !== null) count += 1
  const names = lines.slice(start, start + count).map((line) => labelOf(line)?.name)
  return names.includes('From') ? count : 0
}

function labelOf(line: string): { name: string; value: string } | null {
  const found =
    /^[*_]{0,2}([\p{L}-]{1,16}(?: [\p{L}]{1,8})?)[*_]{0,2} ?:[*_]{0,2}[ \t]+(\S.{0,997})$/u.exec(
      withoutMarks(line).trim().slice(0, 1100),
    )
  const key = found?.[1]?.toLowerCase() ?? ''
  return found?.[2] && Object.hasOwn(LABELS, key)
    ? { name: LABELS[key] ?? '', value: found[2] }
    : null
}

function withoutMarks(line: string): string {
  return line.replace(/^(?:[ \t]{0,3}[>|] ?){1,5}/, '')
}
