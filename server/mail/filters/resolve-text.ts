// A script can write an address in pieces: in variables and encoded characters.
import type { SieveCommand } from './read-sieve.ts'

export interface Resolved {
  readonly text: string
  /** False if the text depends on the letter, or was too much to work out. */
  readonly known: boolean
}

/** A stranger's variables could grow beyond the memory. */
const stepsAtMost = 200
const lengthAtMost = 4000

/** `${hex:40}` and `${unicode:40}`: RFC 5228, 2.4.2.4. */
function decode(text: string): string {
  return text.replace(
    /\$\{(hex|unicode):([0-9a-f\s]*)\}/gi,
    (written, kind: string, list: string) => {
      const numbers = list.trim().split(/\s+/)
      if (kind.toLowerCase() === 'unicode')
        return numbers.every(isPoint) ? numbers.map(asSign).join('') : written
      return numbers.every((each) => /^[0-9a-f]{1,2}$/i.test(each))
        ? Buffer.from(numbers.map(asNumber)).toString()
        : written
    },
  )
}

const asNumber = (hex: string) => Number.parseInt(hex, 16)
const asSign = (hex: string) => String.fromCodePoint(asNumber(hex))
const isPoint = (hex: string) => /^0*[0-9a-f]{1,6}$/i.test(hex) && asNumber(hex) <= 0x10ffff

const variable = /\$\{([a-z_][\w.]*|\d+)\}/i

/** @param commands of all scripts together: they may share variables */
export function createResolver(
  commands: readonly SieveCommand[],
): (text: string) => readonly Resolved[] {
  const required = new Set(
    commands.filter(({ name }) => name === 'require').flatMap(({ strings }) => strings),
  )
  const plain = (text: string) => (required.has('encoded-character') ? decode(text) : text)
  const values = new Map<string, Resolved[]>()
  for (const { name, tags, strings } of commands) {
    const [variableName, value] = strings
    if (name !== 'set' || variableName === undefined || value === undefined) continue
    const key = variableName.toLowerCase()
    // A tag changes the value (`:upper`, `:length`), which is not worked out here.
    const said = values.get(key) ?? []
    said.push({ text: plain(value), known: tags.length === 0 })
    values.set(key, said)
  }

  const expand = (text: string): Resolved[] => {
    const found: Resolved[] = []
    const open: Resolved[] = [{ text, known: true }]
    let left = stepsAtMost
    for (const { text, known } of open) {
      const [written, name] = variable.exec(text) ?? []
      const said = name === undefined ? undefined : values.get(name.toLowerCase())
      if (written === undefined) found.push({ text, known })
      else if (!said || left < said.length || text.length > lengthAtMost)
        found.push({ text, known: false })
      else {
        left -= said.length
        const put = (value: Resolved) => ({
          text: text.replace(written, () => value.text),
          known: known && value.known,
        })
        open.push(...said.map(put))
      }
    }
    return found
  }

  return (text) =>
    required.has('variables') ? expand(plain(text)) : [{ text: plain(text), known: true }]
}
