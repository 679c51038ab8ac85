// Keeps or removes held filters, as their owner decided. It may run twice or late.
import type { FilterScript, PlatformFilters } from '../mail-platform/mail-platform.ts'
import type { FilterOwner, FilterParts } from './hold-back.ts'
import { type KeepProblem, listHeldFilters, noteKeepProblem, settleHeldFilter } from './store.ts'

export async function carryOutDecisions(
  parts: FilterParts,
  { accountId, address }: FilterOwner,
): Promise<void> {
  const { db, clock, keyring, platform } = parts
  const { filters } = platform
  if (!filters) return
  const held = await listHeldFilters(db, keyring, accountId)
  for (const { id, name, scripts = [], decision } of held) {
    if (decision === 'remove') {
      await removeFilter(filters, address, name, scripts)
      await settleHeldFilter(db, { id, decision, at: clock.now() })
    }
    if (decision === 'keep') {
      const problem = await keepFilter(filters, address, name, scripts)
      if (problem) await noteKeepProblem(db, id, problem)
      else await settleHeldFilter(db, { id, decision, at: clock.now() })
    }
  }
}

/** Security: A held filter that was changed since is neither switched on nor overwritten. */
async function keepFilter(
  filters: PlatformFilters,
  address: string,
  name: string,
  scripts: readonly FilterScript[],
): Promise<KeepProblem | undefined> {
  const gone: FilterScript[] = []
  for (const script of scripts) {
    const text = await filters.read(address, script.name)
    if (text === undefined) gone.push(script)
    else if (text !== script.text) return 'changed'
  }
  // Included scripts first: the platform may look for them.
  for (const script of gone.toReversed()) {
    if ((await filters.write(address, script)) === 'refused') return 'refused'
  }
  const outcome = await filters.activate(address, name)
  if (outcome === 'done') return undefined
  return outcome === 'absent' ? 'changed' : 'refused'
}

/** Removes the filter, unless its owner has changed it meanwhile. */
async function removeFilter(
  filters: PlatformFilters,
  address: string,
  name: string,
  scripts: readonly FilterScript[],
): Promise<void> {
  const own = scripts.find((script) => script.name === name)
  const there = await filters.read(address, name)
  if (there === undefined || (own && own.text !== there)) return
  const listed = await filters.list(address)
  if (listed.some((each) => each.name === name && each.active)) await filters.deactivate(address)
  await filters.remove(address, name)
}
