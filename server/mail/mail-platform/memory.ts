// A platform that forgets everything: for trying the portal, and for tests, which can make it slow, failing or forgetful.
import { setTimeout as sleep } from 'node:timers/promises'
import type {
  Applied,
  MailPlatform,
  PasswordFormat,
  WantedAppPasswords,
  WantedMailbox,
} from './mail-platform.ts'
import { PlatformError, type PlatformFilters } from './mail-platform.ts'
import { createMemoryFilters, type MemoryFilters } from './memory-filters.ts'

type Call =
  | ('apply' | 'applyAppPasswords' | 'remove' | 'endSessions' | 'list' | 'observe')
  | `filters.${keyof PlatformFilters}`

/** What happens to the next call of a kind, once. */
export type Mishap =
  /** The call is refused before anything is done. */
  | { readonly kind: 'fail'; readonly error: PlatformError }
  /** The deed is done, but the caller hears of a broken connection. */
  | { readonly kind: 'lose-answer' }
  /** The deed is done twice. */
  | { readonly kind: 'twice' }

export interface MemoryPlatform extends MailPlatform {
  /** Every call from now on takes this long. */
  slowBy(milliseconds: number): void
  /** Mishaps are spent in order, one per call of that kind. */
  next(call: Call, ...mishaps: Mishap[]): void
  /** Changes the platform's copy behind the portal's back, as a careless operator would; `undefined` deletes it. */
  tamper(address: string, change: Partial<WantedMailbox> | undefined): void
  /** Puts so many bytes of mail into the mailbox. */
  fill(address: string, usedBytes: number): void
  /** Ids of the app passwords that open the mailbox. */
  appPasswordsOf(address: string): readonly string[]
  readonly putFilter: MemoryFilters['put']
  readonly activeFilterOf: MemoryFilters['activeOf']
  readonly calls: readonly {
    readonly call: Call
    readonly address: string
    readonly revision?: number
  }[]
}

export function createMemoryPlatform(
  options: { readonly passwordFormat?: PasswordFormat } = {},
): MemoryPlatform {
  const mailboxes = new Map<string, WantedMailbox>()
  const removed = new Map<string, number>()
  const used = new Map<string, number>()
  const appPasswords = new Map<string, WantedAppPasswords>()
  const calls: { call: Call; address: string; revision?: number }[] = []
  const mishaps = new Map<Call, Mishap[]>()
  let delayMs = 0

  const call = async <T>(entry: (typeof calls)[number], deed: () => T): Promise<T> => {
    calls.push(entry)
    const mishap = mishaps.get(entry.call)?.shift()
    if (delayMs > 0) await sleep(delayMs)
    if (mishap?.kind === 'fail') throw mishap.error
    if (mishap?.kind === 'twice') deed()
    const result = deed()
    if (mishap?.kind === 'lose-answer') throw new PlatformError('unknown', 'the answer was lost')
    return result
  }

  const holderOf = (address: string) =>
    mailboxes.values().find((held) => held.address === address || held.aliases.includes(address))

  const write = (wanted: WantedMailbox): Applied => {
    const revision = mailboxes.get(wanted.accountId)?.revision ?? removed.get(wanted.accountId) ?? 0
    const isLate =
      wanted.revision < revision || (wanted.revision === revision && removed.has(wanted.accountId))
    if (isLate) return { kind: 'superseded', revision }
    for (const address of [wanted.address, ...wanted.aliases]) {
      const holder = holderOf(address)
      if (holder && holder.accountId !== wanted.accountId) {
        throw new PlatformError('permanent', 'an address of the mailbox belongs to another one')
      }
    }
    mailboxes.set(wanted.accountId, structuredClone(wanted))
    removed.delete(wanted.accountId)
    return { kind: 'applied', revision: wanted.revision }
  }

  const writeAppPasswords = (wanted: WantedAppPasswords): Applied => {
    if (!mailboxes.has(wanted.accountId))
      throw new PlatformError('retry', 'app passwords came before their mailbox')
    const revision = appPasswords.get(wanted.accountId)?.revision ?? 0
    if (wanted.revision < revision) return { kind: 'superseded', revision }
    appPasswords.set(wanted.accountId, wanted)
    return { kind: 'applied', revision: wanted.revision }
  }

  const filters = createMemoryFilters((name, address, deed) => call({ call: name, address }, deed))

  const mailboxAt = (address: string) => mailboxes.values().find((held) => held.address === address)

  return {
    id: 'memory',
    passwordFormat: options.passwordFormat ?? 'argon2id',
    tellsUsedBytes: true,
    reportsSignIns: true,
    apply: (wanted) =>
      call({ call: 'apply', address: wanted.address, revision: wanted.revision }, () =>
        write(wanted),
      ),
    applyAppPasswords: (wanted) =>
      call({ call: 'applyAppPasswords', address: wanted.address, revision: wanted.revision }, () =>
        writeAppPasswords(wanted),
      ),
    appPasswordsOf: (address) => {
      const id = mailboxAt(address)?.accountId ?? ''
      return (appPasswords.get(id)?.passwords ?? []).map((each) => each.id)
    },
    remove: ({ accountId, address }) =>
      call({ call: 'remove', address }, () => {
        const held = mailboxes.get(accountId)
        if (held) removed.set(accountId, held.revision)
        mailboxes.delete(accountId)
      }),
    endSessions: (address) => call({ call: 'endSessions', address }, () => undefined),
    filters: filters.door,
    putFilter: filters.put,
    activeFilterOf: filters.activeOf,
    async *list() {
      yield* await call({ call: 'list', address: '' }, () =>
        structuredClone([...mailboxes.values()]),
      )
    },
    observe: (address) =>
      call({ call: 'observe', address }, () => {
        const held = mailboxAt(address)
        return held && { ...structuredClone(held), usedBytes: used.get(address) ?? 0 }
      }),
    fill: (address, usedBytes) => void used.set(address, usedBytes),
    slowBy: (milliseconds) => {
      delayMs = milliseconds
    },
    next: (kind, ...more) => {
      mishaps.set(kind, [...(mishaps.get(kind) ?? []), ...more])
    },
    tamper: (address, change) => {
      const held = mailboxAt(address)
      if (!held) return
      if (change) mailboxes.set(held.accountId, { ...held, ...change })
      else mailboxes.delete(held.accountId)
    },
    calls,
  }
}
