// What letters of one campaign have in common: their text, and the hosts of their links.
import type { Letter } from '#server/core/letters/letter.ts'

export type MarkKind = 'text' | 'link-host'

export interface Mark {
  readonly kind: MarkKind
  readonly value: string
  readonly name: string
}

/** A shorter text, such as a greeting, is common to strangers. */
const leastLetters = 60
const mostHosts = 10
const nameChars = 200

const isTelling = (word: string) => !word.includes('//') && !word.includes('@')

/**
 * Links, addresses and numbers change from letter to letter.
 * Takes linear time: a letter may be one word of half a megabyte.
 */
export function textOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .split(/\s+/u)
    .filter(isTelling)
    .join(' ')
    .replace(/[^\p{L}]+/gu, ' ')
    .trim()
}

const isBelow = (host: string, parents: readonly string[]) =>
  parents.some((each) => host === each || host.endsWith(`.${each}`))

/** @param common hosts whose links tell nothing, in lower case */
export function marksOf(
  { text, subject, links }: Pick<Letter, 'text' | 'subject' | 'links'>,
  common: readonly string[],
): Mark[] {
  const plain = textOf(text)
  const hosts = links.map(({ host }) => host?.toLowerCase() ?? '')
  const telling = hosts.filter((each) => each.includes('.') && !isBelow(each, common))
  const marks = [...new Set(telling)].slice(0, mostHosts).map(
    (host): Mark => ({
      kind: 'link-host',
      value: host,
      name: host.slice(0, nameChars),
    }),
  )
  if (plain.replaceAll(' ', '').length < leastLetters) return marks
  const name = subject.slice(0, nameChars)
  return [{ kind: 'text', value: plain, name }, ...marks]
}
