import type { FilterScript, PlatformFilters } from '../mail-platform.ts'

interface Scripts {
  readonly texts: Map<string, string>
  active: string | undefined
}

export interface MemoryFilters {
  readonly filters: PlatformFilters
  /** Stores a script and activates it, as a mail program does. */
  put(address: string, script: FilterScript): void
  activeOf(address: string): FilterScript | undefined
}

/** @param call runs `work`, late or failing if a test asked for that */
export function createMemoryFilters(
  call: <T>(name: `filters.${keyof PlatformFilters}`, address: string, work: () => T) => Promise<T>,
): MemoryFilters {
  const mailboxes = new Map<string, Scripts>()
  const of = (address: string): Scripts => {
    const scripts = mailboxes.get(address) ?? { texts: new Map(), active: undefined }
    mailboxes.set(address, scripts)
    return scripts
  }
  const activate = (address: string, name: string) => {
    if (!of(address).texts.has(name)) return 'absent'
    of(address).active = name
    return 'done'
  }

  return {
    filters: {
      list: (address) =>
        call('filters.list', address, () => {
          const { texts, active } = of(address)
          return [...texts.keys()].map((name) => ({ name, active: name === active }))
        }),
      read: (address, name) => call('filters.read', address, () => of(address).texts.get(name)),
      deactivate: (address) =>
        call('filters.deactivate', address, () => {
          of(address).active = undefined
        }),
      write: (address, { name, text }) =>
        call('filters.write', address, () => {
          of(address).texts.set(name, text)
          return 'done'
        }),
      activate: (address, name) => call('filters.activate', address, () => activate(address, name)),
      remove: (address, name) =>
        call('filters.remove', address, () => void of(address).texts.delete(name)),
    },
    put(address, { name, text }) {
      of(address).texts.set(name, text)
      activate(address, name)
    },
    activeOf(address) {
      const { texts, active } = of(address)
      return active === undefined ? undefined : { name: active, text: texts.get(active) ?? '' }
    },
  }
}
