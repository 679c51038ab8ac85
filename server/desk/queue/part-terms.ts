// The terms by which addresses and hashes are found by a part of them.

/** A part of an address has at least three letters: those next to each other are one term. */
const gramLength = 3

const gramTerm = (gram: string) => `address-part:${gram}`
const hostTerm = (host: string) => `address-host:${host}`

const gramsOf = (text: string): string[] =>
  Array.from({ length: Math.max(0, text.length - gramLength + 1) }, (_, at) =>
    text.slice(at, at + gramLength),
  )

/** `mail.a.example`, `a.example` and `example`. */
function hostTerms(host: string): string[] {
  const labels = host.split('.').slice(-6)
  return labels.map((_label, at) => hostTerm(labels.slice(at).join('.')))
}

/** The name before the `@` is found by any part, the domain by itself or by the domains above. */
export function addressPartTerms(address: string): string[] {
  const at = address.lastIndexOf('@')
  if (at < 1) return []
  const name = address.slice(0, at).slice(0, 64)
  // The end of the name is a letter of its own: `prize@` finds names that end so.
  return [...gramsOf(`${name}@`).map(gramTerm), ...hostTerms(address.slice(at + 1))]
}

/** Lists of terms, for `rize`, `rize@a.example`, `@a.example` or `a.example`. */
export function partsOfAddress(typed: string): string[][] {
  const [, name = '', sign = '', host = ''] = /^([^\s@*]*)(@?)([^\s@*]*)$/.exec(typed) ?? []
  const grams = gramsOf(name + (name ? sign : '')).map(gramTerm)
  if (sign === '') return name.includes('.') ? [grams, [hostTerm(name)]] : [grams]
  // A name that is too short to be looked for must not find every address of the domain.
  if (name !== '' && grams.length === 0) return []
  return [host === '' ? grams : [...grams, hostTerm(host)]]
}

/** A hash is found by its first 8 to 16 digits, as pages show it. */
const digits = { from: 8, to: 16 }

const hashTerm = (beginning: string) => `hash:${beginning}`

export const hashTerms = (sha256: string): string[] =>
  Array.from({ length: digits.to - digits.from + 1 }, (_, n) =>
    hashTerm(sha256.slice(0, digits.from + n)),
  )

/** NFKC has made three dots of the ellipsis by which pages cut a hash. */
export function partsOfHash(typed: string): string[] {
  const [, beginning] = /^([0-9a-f]{8,64})(?:\.{3})?$/.exec(typed) ?? []
  return beginning ? [hashTerm(beginning.slice(0, digits.to))] : []
}
