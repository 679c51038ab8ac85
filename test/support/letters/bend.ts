// Changes that a reporter may make to a letter: any of them may change what it shows.
import type { Dice } from './dice.ts'

const added = [
  'Content-Type: multipart/mixed; boundary=zz',
  'Content-Type: text/html',
  'Content-Type: text/plain; charset=utf-7',
  'Content-Transfer-Encoding: base64',
  'Content-Transfer-Encoding: quoted-printable',
  'Content-Disposition: attachment; filename=a.txt',
  'Cc: police@bad.example',
  'Reply-To: bank@bad.example',
  'Sender: boss@bad.example',
  'From: boss@bad.example',
  'Subject: other',
  'To: judge@bad.example',
  'Date: Thu, 11 Jun 2026 12:00:00 +0300',
  'X-A: boundary=zz; charset=utf-7',
  ' folded',
  '\t',
  '2',
  '',
]

type Change = (letter: string, dice: Dice) => string

const splice = (letter: string, at: number, gone: number, put: string) =>
  letter.slice(0, at) + put + letter.slice(at + gone)

function atLine(letter: string, dice: Dice, change: (line: string) => string[]): string {
  const lines = letter.split('\r\n')
  const header = lines.indexOf('')
  const at = dice.hits(2) && header > 0 ? dice.roll(header) : dice.roll(lines.length)
  return lines.toSpliced(at, 1, ...change(lines[at] ?? '')).join('\r\n')
}

const chars = ['x', ' ', '\r\n', '=', '<', '-', '\u0000', '\u00ff', ':', '\t']

const changes: readonly Change[] = [
  (letter, dice) => splice(letter, dice.roll(letter.length), 1, dice.pick(chars)),
  (letter, dice) => splice(letter, dice.roll(letter.length), 0, dice.pick(chars)),
  (letter, dice) => splice(letter, dice.roll(letter.length), 1 + dice.roll(4), ''),
  (letter, dice) => atLine(letter, dice, () => []),
  (letter, dice) => atLine(letter, dice, (line) => [line, line]),
  (letter, dice) => atLine(letter, dice, (line) => [dice.pick(added), line]),
  (letter, dice) => atLine(letter, dice, (line) => [dice.pick(added), line]),
  (letter, dice) => atLine(letter, dice, (line) => [dice.pick(added), line]),
  (letter, dice) => atLine(letter, dice, (line) => [` ${line}`]),
  (letter, dice) => atLine(letter, dice, (line) => [line.trim(), '']),
  (letter, dice) => atLine(letter, dice, (line) => [line.replace(/[a-z]/, 'q')]),
  (letter, dice) => letter.slice(0, dice.roll(letter.length)),
  (letter) => `${letter}\r\nand pay me\r\n`,
  (letter, dice) => `${dice.pick(added)}\r\n${letter}`,
  (letter) => `Look what came:\r\n\r\n${letter}`,
  (letter) => letter.replace(/^/gm, '> '),
  (letter) => letter.replaceAll('\r\n', '\r\n\r\n'),
  (letter) => `${'X-Junk: a\r\n'.repeat(1100)}${letter}`,
  (letter) => `X-Junk: ${'a'.repeat(300_000)}\r\n${letter}`,
  (letter) => letter.replace(/\r\n[ \t]+/g, '\r\n'),
  (letter) => letter.replace(/[ \t]+/g, ' '),
  (letter) => letter.replaceAll('<', '&lt;'),
]

export function bend(letter: string, dice: Dice): string {
  let bent = letter
  for (let times = 1 + dice.roll(2); times > 0; times -= 1) bent = dice.pick(changes)(bent, dice)
  return bent
}

/** As mailing lists do: their own address in the From, a word before the subject, a footer. */
export function passThroughList(letter: string): string {
  const end = letter.indexOf('\r\n\r\n')
  const header = letter
    .slice(0, end)
    .replace(/^From:.*(?:\r\n[ \t].*)*/m, 'From: "A. by Cooks" <cooks@list.example>')
    .replace(/^Subject:/m, 'Subject: [Cooks]')
  return `List-Id: <cooks.list.example>\r\n${header}${letter.slice(end)}-- \r\nCooks\r\n`
}
