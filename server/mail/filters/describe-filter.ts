import type { FilterScript } from '../mail-platform/mail-platform.ts'
import { readSieve, type SieveCommand } from './read-sieve.ts'
import { createResolver, type Resolved } from './resolve-text.ts'

export interface FilterTarget {
  readonly address: string
  /** `forward` sends the letter away, `copy` also keeps it, `news` tells of it. */
  readonly how: 'forward' | 'copy' | 'news'
}

export interface DescribedFilter {
  readonly targets: readonly FilterTarget[]
  readonly folders: readonly string[]
  /** Keys of the texts under `filters.does`. */
  readonly does: readonly ('answers' | 'discards' | 'refuses' | 'marks-read')[]
  /** False if the filter may do more than this describes. */
  readonly clear: boolean
}

const shownAtMost = 100

const harmless = new Set(
  `require if elsif else stop keep set return global import export addheader deleteheader
  removeflag foreverypart break extracttext denotify mark unmark error debug_log test test_set
  test_fail`.split(/\s+/),
)
const described = new Set(
  `redirect notify report fileinto vacation discard reject ereject refuse setflag addflag
  include`.split(/\s+/),
)

/** Security: Invisible and turning characters in an address are replaced by a visible sign. */
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

/** Strings that can be addresses, else the last one, as in RFC 5228. */
const addressesIn = ({ strings }: SieveCommand) => {
  const likely = strings.filter((text) => /@|\$\{|mailto:/i.test(text))
  return likely.length > 0 ? likely : strings.slice(-1)
}

/** Security: A script is read fast and without a fault, whatever a stranger stored. */
const readAtMost = 200_000

export const includedIn = (text: string): string[] =>
  readSieve(text.slice(0, readAtMost))
    .commands.filter(({ name }) => name === 'include')
    .flatMap(({ strings }) => strings.slice(-1))

const unique = <T>(values: readonly T[], keyOf: (value: T) => string): T[] => [
  ...new Map(values.map((value) => [keyOf(value), value])).values(),
]

type Commands = readonly SieveCommand[]

const named = (commands: Commands, ...names: string[]) =>
  commands.filter(({ name }) => names.includes(name))

function readScripts(scripts: readonly FilterScript[]) {
  let left = readAtMost
  const read = scripts.map(({ text }) => {
    const part = text.slice(0, Math.max(0, left))
    left -= text.length
    return readSieve(part)
  })
  const isWhole = left >= 0 && read.every(({ whole }) => whole)
  return { commands: read.flatMap((script) => script.commands), isWhole }
}

function howOf({ name, tags }: SieveCommand): FilterTarget['how'] {
  if (name !== 'redirect') return 'news'
  return tags.includes('copy') ? 'copy' : 'forward'
}

function actionsOf(commands: Commands): DescribedFilter['does'] {
  const has = (...names: string[]) => named(commands, ...names).length > 0
  const flagging = named(commands, 'setflag', 'addflag', 'fileinto', 'keep')
  const flags = flagging.flatMap(({ strings }) => strings)
  const does: DescribedFilter['does'][number][] = []
  if (has('vacation')) does.push('answers')
  if (has('discard')) does.push('discards')
  if (has('reject', 'ereject', 'refuse')) does.push('refuses')
  if (flags.some((text) => /\\seen/i.test(text))) does.push('marks-read')
  return does
}

/** @returns true if the description covers all commands and scripts */
function areDescribed(commands: Commands, scripts: readonly FilterScript[]): boolean {
  const present = new Set(scripts.map(({ name }) => name))
  return (
    commands.every(({ name }) => harmless.has(name) || described.has(name)) &&
    !named(commands, 'redirect').some(({ tags }) => tags.includes('list')) &&
    named(commands, 'include').every(
      ({ tags, strings }) => !tags.includes('global') && present.has(strings.at(-1) ?? ''),
    )
  )
}

/** @param scripts the active script, then those that it includes */
export function describeFilter(scripts: readonly FilterScript[]): DescribedFilter {
  const { commands, isWhole } = readScripts(scripts)
  const resolve = createResolver(commands)
  const resolved: Resolved[] = []
  const say = (text: string, read: (said: string) => string = (said) => said) => {
    const found = resolve(text)
    resolved.push(...found)
    return found.map((each) => visible(read(each.text)))
  }

  const sending = named(commands, 'redirect', 'notify', 'report')
  const targets = sending.flatMap((command) =>
    addressesIn(command)
      .flatMap((text) => say(text, mailto))
      .map((address): FilterTarget => ({ address, how: howOf(command) })),
  )
  const folders = named(commands, 'fileinto').flatMap(({ strings }) =>
    strings.slice(-1).flatMap((text) => say(text)),
  )
  const allTargets = unique(targets, ({ address, how }) => `${how} ${address}`)
  const allFolders = [...new Set(folders)]
  return {
    targets: allTargets.slice(0, shownAtMost),
    folders: allFolders.slice(0, shownAtMost),
    does: actionsOf(commands),
    clear:
      isWhole &&
      Math.max(allTargets.length, allFolders.length) <= shownAtMost &&
      resolved.every(({ known }) => known) &&
      areDescribed(commands, scripts),
  }
}
