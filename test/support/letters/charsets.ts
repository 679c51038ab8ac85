// Encodes text in old charsets. The tables are the platform's own decoders, inverted.
const single = new Map<string, Map<string, number>>()

/** Returns latin1 characters, one for each byte. @throws if the charset lacks a character */
export function encode(charset: string, text: string): string {
  if (charset === 'utf-8') return Buffer.from(text, 'utf8').toString('latin1')
  if (charset === 'utf-7') return utf7(text)
  if (charset === 'iso-2022-jp') return iso2022jp(text)
  const table = ['gb2312', 'euc-jp', 'big5', 'euc-kr'].includes(charset)
    ? doubleTable(charset)
    : singleTable(charset)
  return Array.from(text, (char) => lookUp(table, char, charset)).join('')
}

function lookUp(table: Map<string, number>, char: string, charset: string): string {
  const code = table.get(char)
  if (code === undefined) throw new Error(`${charset} has no ${char}`)
  return code > 255 ? String.fromCharCode(code >> 8, code & 255) : String.fromCharCode(code)
}

function singleTable(charset: string): Map<string, number> {
  let table = single.get(charset)
  if (table === undefined) {
    const decoder = new TextDecoder(charset)
    table = new Map(
      Array.from({ length: 256 }, (_, code) => [decoder.decode(Uint8Array.of(code)), code]),
    )
    single.set(charset, table)
  }
  return table
}

function doubleTable(charset: string): Map<string, number> {
  let table = single.get(charset)
  if (table === undefined) {
    table = new Map(Array.from({ length: 128 }, (_, code) => [String.fromCharCode(code), code]))
    const decoder = new TextDecoder(charset)
    for (let lead = 0xa1; lead <= 0xfe; lead += 1) {
      for (let trail = charset === 'big5' ? 0x40 : 0xa1; trail <= 0xfe; trail += 1)
        table.set(decoder.decode(Uint8Array.of(lead, trail)), lead * 256 + trail)
    }
    single.set(charset, table)
  }
  return table
}

function iso2022jp(text: string): string {
  return text.replace(/\P{ASCII}+/gu, (run) => {
    const bytes = Array.from(encode('euc-jp', run), (byte) =>
      String.fromCharCode(byte.charCodeAt(0) & 0x7f),
    ).join('')
    return `\u001b$B${bytes}\u001b(B`
  })
}

function utf7(text: string): string {
  return text.replace(/\P{ASCII}+|\+/gu, (run) =>
    run === '+'
      ? '+-'
      : `+${Buffer.from(run, 'utf16le').swap16().toString('base64').replace(/=+$/, '')}-`,
  )
}

export function quotedPrintable(binary: string): string {
  return binary
    .split('\r\n')
    .map((line) => {
      const quoted = line.replace(
        /[^\x20-\x3c\x3e-\x7e\t]/g,
        (char) => `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
      )
      const trailing = quoted.replace(/[ \t]$/, (blank) => (blank === ' ' ? '=20' : '=09'))
      return trailing.replace(/(?:=..|[^=]){72}(?=.)/g, '$&=\r\n')
    })
    .join('\r\n')
}

export function base64Lines(binary: string, width = 76): string {
  return Buffer.from(binary, 'latin1')
    .toString('base64')
    .replace(new RegExp(`.{${width}}(?=.)`, 'g'), '$&\r\n')
}

/** RFC 2047 words, folded as in most programs. */
export function words(charset: string, text: string, how: 'B' | 'Q' = 'B', perWord = 12): string {
  const pieces = Array.from(text).reduce<string[]>((list, char, at) => {
    if (at % perWord === 0) list.push('')
    list[list.length - 1] += char
    return list
  }, [])
  return pieces
    .map((piece) => {
      const binary = encode(charset, piece)
      const coded =
        how === 'B'
          ? Buffer.from(binary, 'latin1').toString('base64')
          : binary.replace(/[^A-Za-z0-9]/g, (char) =>
              char === ' '
                ? '_'
                : `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
            )
      return `=?${charset}?${how}?${coded}?=`
    })
    .join('\r\n ')
}
