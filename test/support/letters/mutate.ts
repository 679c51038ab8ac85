// Damages letters like relays, mail programs, people and attackers do.
import fc from 'fast-check'

type Mutation = (binary: string) => string

const TOKENS = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  '\u0000',
  ' ',
  '\t',
  '>',
  '> ',
  '--',
  '"',
  '(',
  ')',
  '<',
  '>',
  ';',
  '=',
  ':',
  '\\',
  '+',
  '&lt;',
  '=?utf-8?B?',
  '?=',
  '=?koi8-r?Q?=FF=FE?=',
  '\u00ff\u00fe',
  '\u00ef\u00bb\u00bf',
  '\u00e2\u0080\u00ae',
  '\u00d0',
  '\u001b$B',
  'From: x@posta.example\r\n',
  'Received: ',
  'Content-Type: multipart/mixed; boundary="=_rep"\r\n',
  'boundary=',
  'charset=utf-7',
  'charset=',
  'Content-Transfer-Encoding: base64\r\n',
  'X-Postern-Trace: ',
  'DKIM-Signature: v=1; a=rsa-sha256; d=posta.example; s=s2026; ',
  'l=5; ',
  'Content-Type: message/rfc822\r\n\r\n',
  'Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n',
  '<script>',
  '<svg onload=',
  'https://',
]

// fc.double would prefer the ends of the range.
const place = fc.integer({ min: 0, max: 10_000 }).map((share) => share / 10_000)
const span = fc.integer({ min: 1, max: 400 })
const at = (binary: string, where: number) => Math.floor(binary.length * where)

/** @param others letters that give pieces */
export function mutations(others: readonly string[]): fc.Arbitrary<Mutation> {
  const one = fc.oneof(
    fc.tuple(place, fc.integer({ min: 0, max: 255 })).map(
      ([where, code]): Mutation =>
        (text) =>
          splice(text, where, 1, String.fromCharCode(code)),
    ),
    fc.tuple(place, fc.constantFrom(...TOKENS), fc.integer({ min: 0, max: 3 })).map(
      ([where, token, gone]): Mutation =>
        (text) =>
          splice(text, where, gone, token),
    ),
    fc.tuple(place, span).map(
      ([where, length]): Mutation =>
        (text) =>
          splice(text, where, length, ''),
    ),
    fc.tuple(place, span, fc.integer({ min: 2, max: 300 })).map(
      ([where, length, times]): Mutation =>
        (text) =>
          splice(
            text,
            where,
            0,
            text
              .slice(at(text, where), at(text, where) + length)
              .repeat(times)
              .slice(0, 60_000),
          ),
    ),
    fc.tuple(place, place, span).map(
      ([from, to, length]): Mutation =>
        (text) =>
          splice(
            splice(text, from, length, ''),
            to,
            0,
            text.slice(at(text, from), at(text, from) + length),
          ),
    ),
    place.map(
      (where): Mutation =>
        (text) =>
          text.slice(0, at(text, where)),
    ),
    place.map(
      (where): Mutation =>
        (text) =>
          text.slice(at(text, where)),
    ),
    fc.tuple(fc.constantFrom(...others), place, place).map(
      ([other, mine, theirs]): Mutation =>
        (text) =>
          text.slice(0, at(text, mine)) + other.slice(at(other, theirs)),
    ),
    fc.tuple(place, fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 64 })).map(
      ([where, codes]): Mutation =>
        (text) =>
          splice(text, where, codes.length, String.fromCharCode(...codes)),
    ),
    fc.tuple(place, place).map(
      ([one, two]): Mutation =>
        (text) =>
          swapLines(text, one, two),
    ),
    fc.constantFrom<Mutation>(
      (text) => text.replaceAll('\r\n', '\n'),
      (text) => text.replaceAll('\r\n', '\r\n\r\n'),
      (text) => text.replace(/^(?!\n)/gm, '> '),
      (text) => text.replace(/^(?!\n)/gm, '  '),
      (text) => text.replaceAll(/\r\n[ \t]+/g, ' '),
      (text) => text.toUpperCase(),
      (text) => text.replaceAll('=', '=3D'),
      (text) => text.replaceAll(' ', '\u00c2\u00a0'),
      (text) => Buffer.from(text, 'latin1').toString('base64'),
    ),
  )
  return fc.array(one, { minLength: 1, maxLength: 6 }).map(
    (list): Mutation =>
      (text) =>
        list.reduce((now, mutate) => mutate(now).slice(0, 400_000), text),
  )
}

function splice(text: string, where: number, gone: number, put: string): string {
  const start = at(text, where)
  return text.slice(0, start) + put + text.slice(start + gone)
}

function swapLines(text: string, one: number, two: number): string {
  const lines = text.split('\r\n')
  const [first, second] = [
    Math.floor((lines.length - 1) * one),
    Math.floor((lines.length - 1) * two),
  ]
  const kept = lines[first] ?? ''
  lines[first] = lines[second] ?? ''
  lines[second] = kept
  return lines.join('\r\n')
}
