// What a filter does, in the words of the page: above all where it leads.
import type { FilterScript } from '../mail-platform/mail-platform.ts'
import { readSieve, type SieveCommand } from './read-sieve.ts'
import { createResolver, type Resolved } from './resolve-text.ts'

export interface FilterTarget {
  /** As the script says it; harmless to show. */
  readonly address: string
  /** `forward`: letters go there and none stays by that. `copy`: one stays. `news`: it is told of letters. */
  readonly how: 'forward' | 'copy' | 'news'
}

export interface DescribedFilter {
  readonly targets: readonly FilterTarget[]
  readonly folders: readonly string[]
  /** Names under `filters.does`. */
  readonly does: readonly ('answers' | 'discards' | 'refuses' | 'marks-read')[]
  /** False where it may do more than is told here. */
  readonly clear: boolean
}

/** More than people write. */
const shownAtMost = 100

/** Commands that need no telling. */
const harmless = new Set(
  `require if elsif else stop keep set return global import export addheader deleteheader removeflag foreverypart break
  extracttext denotify mark unmark error debug_log test test_set test_fail`.split(/\s+/),
)
const told = new Set(
  'redirect notify report fileinto vacation discard reject ereject refuse setflag addflag include'.split(
    ' ',
  ),
)

/** Security: signs that cannot be seen, or that turn the line round, would let one address look like another. */
export const visible = (text: string) =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[\p{C}\u2028\u2029]/gu, '\uFFFD')
    .trim()
    .slice(0, 320)

const mailto = (text: string) => {
  const [, address] = /^mailto:([^?]*)/i.exec(text) ?? []
  if (address === undefined) return text
  try {
    return decodeURIComponent(address)
  } catch {
    return address
  }
}

/** Of the strings that a command is given, those that can be an address; else the last, which the standard means. */
const addressesIn = ({ strings }: SieveCommand) => {
  const likely = strings.filter((text) => /@|\$\{|mailto:/i.test(text))
  return likely.length > 0 ? likely : strings.slice(-1)
}

/** Security: who reads a whole megabyte of a stranger's keeps everybody waiting. */
const readAtMost = 200_000

export const includedIn = (text: string): string[] =>
  readSieve(text.slice(0, readAtMost))
    .commands.filter(({ name }) => name === 'include')
    .flatMap(({ strings }) => strings.slice(-1))

const unique = <T>(values: readonly T[], keyOf: (value: T) => string): T[] => [
  ...new Map(values.map((value) => [keyOf(value), value])).values(),
]

/** @param scripts the one that was at work, and those that it includes */
export function describeFilter(scripts: readonly FilterScript[]): DescribedFilter {
  let left = readAtMost
  const read = scripts.map(({ text }) => {
    const part = text.slice(0, Math.max(0, left))
    left -= text.length
    return readSieve(part)
  })
  const commands = read.flatMap((script) => script.commands)
  const resolve = createResolver(commands)
  const named = (...names: string[]) => commands.filter(({ name }) => names.includes(name))
  const resolved: Resolved[] = []
  const say = (text: string, read: (said: string) => string = (said) => said) => {
    const found = resolve(text)
    resolved.push(...found)
    return found.map((each) => visible(read(each.text)))
  }

  const targets = named('redirect', 'notify', 'report').flatMap((command) => {
    const how =
      command.name !== 'redirect' ? 'news' : command.tags.includes('copy') ? 'copy' : 'forward'
    return addressesIn(command)
      .flatMap((text) => say(text, mailto))
      .map((address): FilterTarget => ({ address, how }))
  })
  const folders = named('fileinto').flatMap(({ strings }) =>
    strings.slice(-1).flatMap((text) => say(text)),
  )
  const flags = named('setflag', 'addflag', 'fileinto', 'keep').flatMap(({ strings }) => strings)
  const does = [
    ...(named('vacation').length > 0 ? (['answers'] as const) : []),
    ...(named('discard').length > 0 ? (['discards'] as const) : []),
    ...(named('reject', 'ereject', 'refuse').length > 0 ? (['refuses'] as const) : []),
    ...(flags.some((text) => /\\seen/i.test(text)) ? (['marks-read'] as const) : []),
  ]
  const different = {
    targets: unique(targets, ({ address, how }) => `${how} ${address}`),
    folders: [...new Set(folders)],
  }
  const present = new Set(scripts.map(({ name }) => name))
  const clear =
    left >= 0 &&
    Math.max(different.targets.length, different.folders.length) <= shownAtMost &&
    read.every(({ whole }) => whole) &&
    resolved.every(({ known }) => known) &&
    commands.every(({ name }) => harmless.has(name) || told.has(name)) &&
    !named('redirect').some(({ tags }) => tags.includes('list')) &&
    named('include').every(
      ({ tags, strings }) => !tags.includes('global') && present.has(strings.at(-1) ?? ''),
    )
  return {
    targets: different.targets.slice(0, shownAtMost),
    folders: different.folders.slice(0, shownAtMost),
    does,
    clear,
  }
}
