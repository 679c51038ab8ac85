// Aliases, which mailcow keeps apart from mailboxes and lists by domain only.
import { refuseTaken } from '../refusals.ts'
import type { MailcowApi } from './api.ts'

interface Alias {
  readonly id: number | string
  readonly address: string
  /** Its recipients, separated by commas. */
  readonly goto: string
}

export type MailcowAliases = ReturnType<typeof createAliases>

export function createAliases(api: MailcowApi, domains: readonly string[]) {
  const inDomains = async (where: Iterable<string>) => {
    const found: Alias[] = []
    for (const domain of where)
      found.push(...(await api.all<Alias>(`get/alias/all/${encodeURIComponent(domain)}`)))
    return found
  }

  const isMailbox = async (address: string) =>
    (await api.one(`get/mailbox/${encodeURIComponent(address)}`)) !== undefined

  return {
    /** An alias with several recipients is the operator's and matches no mailbox. */
    async byMailbox(): Promise<ReadonlyMap<string, readonly string[]>> {
      const found = new Map<string, string[]>()
      for (const alias of await inDomains(domains)) {
        found.set(alias.goto, [...(found.get(alias.goto) ?? []), alias.address])
      }
      return found
    },

    /** @returns what `sync` has to do. @throws PlatformError if one is taken */
    async plan(address: string, wanted: readonly string[]) {
      const present = await inDomains(new Set([...domains, ...wanted.map(domainOf)]))
      const missing: string[] = []
      for (const alias of wanted) {
        const holder = present.find((each) => each.address === alias)
        if (holder ? holder.goto !== address : await isMailbox(alias)) refuseTaken()
        if (!holder) missing.push(alias)
      }
      const surplus = present.filter(
        (each) => each.goto === address && !wanted.includes(each.address),
      )
      return { missing, surplus: surplus.map((each) => each.id) }
    },

    async sync(
      address: string,
      plan: { missing: readonly string[]; surplus: readonly (number | string)[] },
    ) {
      for (const alias of plan.missing) {
        const outcome = await api.attempt('add/alias', {
          address: alias,
          goto: address,
          active: true,
        })
        if (outcome.kind === 'done') continue
        if (outcome.code !== 'is_alias_or_mailbox') throw outcome.error
        // An earlier try, whose answer was lost, may have added it.
        const there = (await inDomains([domainOf(alias)])).find((each) => each.address === alias)
        if (there?.goto !== address) refuseTaken()
      }
      if (plan.surplus.length > 0) await api.post('delete/alias', plan.surplus.map(String))
    },
  }
}

const domainOf = (address: string) => address.split('@')[1] ?? ''
