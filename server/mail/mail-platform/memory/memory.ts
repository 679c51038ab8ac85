// A platform in memory, for trials and tests. Tests can make it slow or failing.
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  Applied,
  MailPlatform,
  PasswordFormat,
  WantedAppPasswords,
  WantedMailbox,
} from '../mail-platform.ts'
import { PlatformError, type PlatformFilters } from '../mail-platform.ts'
import { createMemoryFilters, type MemoryFilters } from './memory-filters.ts'

type Call =
  | ('apply' | 'applyAppPasswords' | 'remove' | 'endSessions' | 'list' | 'observe')
  | `filters.${keyof PlatformFilters}`

/** What goes wrong with one call. */
export type Mishap =
  | { readonly kind: 'fail'; readonly error: PlatformError }
  /** The call is carried out, but its answer is lost. */
  | { readonly kind: 'lose-answer' }
  | { readonly kind: 'twice' }

interface MadeCall {
  readonly call: Call
  readonly address: string
  readonly revision?: number
}

export interface MemoryPlatform extends MailPlatform {
  slowBy(milliseconds: number): void
  /** Each coming call of this kind meets one of the mishaps, in their order. */
  next(call: Call, ...mishaps: Mishap[]): void
  /** Changes or deletes the mailbox without the portal, as an operator could. */
  tamper(address: string, change: Partial<WantedMailbox> | undefined): void
  fill(address: string, usedBytes: number): void
  appPasswordsOf(address: string): readonly string[]
  readonly putFilter: MemoryFilters['put']
  readonly activeFilterOf: MemoryFilters['activeOf']
  readonly calls: readonly MadeCall[]
}

export function createMemoryPlatform(
  options: { readonly passwordFormat?: PasswordFormat } = {},
): MemoryPlatform {
  const { run, ...control } = createCalls()
  const { mailboxAt, ...state } = createState()
  const filters = createMemoryFilters((call, address, work) => run({ call, address }, work))
  const used = new Map<string, number>()
  return {
    id: 'memory',
    passwordFormat: options.passwordFormat ?? 'argon2id',
    reportsUsedBytes: true,
    reportsSignIns: true,
    apply(wanted) {
      const { address, revision } = wanted
      return run({ call: 'apply', address, revision }, () => state.write(wanted))
    },
    applyAppPasswords(wanted) {
      const { address, revision } = wanted
      const call = { call: 'applyAppPasswords', address, revision } as const
      return run(call, () => state.writeAppPasswords(wanted))
    },
    remove: ({ accountId, address }) =>
      run({ call: 'remove', address }, () => state.remove(accountId)),
    endSessions: (address) => run({ call: 'endSessions', address }, () => undefined),
    filters: filters.filters,
    async *list() {
      yield* await run({ call: 'list', address: '' }, state.all)
    },
    observe: (address) =>
      run({ call: 'observe', address }, () => {
        const mailbox = mailboxAt(address)
        return mailbox && { ...structuredClone(mailbox), usedBytes: used.get(address) ?? 0 }
      }),
    putFilter: filters.put,
    activeFilterOf: filters.activeOf,
    appPasswordsOf: state.appPasswordsOf,
    tamper: state.tamper,
    fill: (address, usedBytes) => void used.set(address, usedBytes),
    ...control,
  }
}

function createCalls() {
  const calls: MadeCall[] = []
  const mishaps = new Map<Call, Mishap[]>()
  let delayMs = 0

  async function run<T>(made: MadeCall, work: () => T): Promise<T> {
    calls.push(made)
    const mishap = mishaps.get(made.call)?.shift()
    if (delayMs > 0) await sleep(delayMs)
    if (mishap?.kind === 'fail') throw mishap.error
    if (mishap?.kind === 'twice') work()
    const result = work()
    if (mishap?.kind === 'lose-answer') throw new PlatformError('unknown', 'the answer was lost')
    return result
  }

  return {
    run,
    calls,
    slowBy(milliseconds: number): void {
      delayMs = milliseconds
    },
    next(kind: Call, ...more: Mishap[]): void {
      mishaps.set(kind, [...(mishaps.get(kind) ?? []), ...more])
    },
  }
}

function createState() {
  const mailboxes = new Map<string, WantedMailbox>()
  const removed = new Map<string, number>()
  const appPasswords = new Map<string, WantedAppPasswords>()

  const mailboxAt = (address: string) => mailboxes.values().find((each) => each.address === address)
  const holderOf = (address: string) =>
    mailboxes.values().find((each) => each.address === address || each.aliases.includes(address))

  function write(wanted: WantedMailbox): Applied {
    const { accountId } = wanted
    const revision = mailboxes.get(accountId)?.revision ?? removed.get(accountId) ?? 0
    const isRepeated = wanted.revision === revision && removed.has(accountId)
    if (wanted.revision < revision || isRepeated) return { kind: 'superseded', revision }
    for (const address of [wanted.address, ...wanted.aliases]) {
      const holder = holderOf(address)
      if (holder && holder.accountId !== accountId)
        throw new PlatformError('permanent', 'an address of the mailbox belongs to another one')
    }
    mailboxes.set(accountId, structuredClone(wanted))
    removed.delete(accountId)
    return { kind: 'applied', revision: wanted.revision }
  }

  function writeAppPasswords(wanted: WantedAppPasswords): Applied {
    if (!mailboxes.has(wanted.accountId))
      throw new PlatformError('retry', 'app passwords came before their mailbox')
    const revision = appPasswords.get(wanted.accountId)?.revision ?? 0
    if (wanted.revision < revision) return { kind: 'superseded', revision }
    appPasswords.set(wanted.accountId, wanted)
    return { kind: 'applied', revision: wanted.revision }
  }

  return {
    mailboxAt,
    write,
    writeAppPasswords,
    all: () => structuredClone([...mailboxes.values()]),
    remove(accountId: string): void {
      const mailbox = mailboxes.get(accountId)
      if (mailbox) removed.set(accountId, mailbox.revision)
      mailboxes.delete(accountId)
    },
    appPasswordsOf(address: string): string[] {
      const id = mailboxAt(address)?.accountId ?? ''
      return (appPasswords.get(id)?.passwords ?? []).map((each) => each.id)
    },
    tamper(address: string, change: Partial<WantedMailbox> | undefined): void {
      const mailbox = mailboxAt(address)
      if (!mailbox) return
      if (change) mailboxes.set(mailbox.accountId, { ...mailbox, ...change })
      else mailboxes.delete(mailbox.accountId)
    },
  }
}
