// What owners decided about held filters, brought to the platform by the worker. May run twice, or late.
import type { FilterDoor, FilterScript } from '../mail-platform/mail-platform.ts'
import type { FilterOwner, FilterParts } from './hold-back.ts'
import { type KeepProblem, listHeldFilters, noteKeepProblem, settleHeldFilter } from './store.ts'

export async function carryOutDecisions(
  parts: FilterParts,
  { accountId, address }: FilterOwner,
): Promise<void> {
  const { db, clock, keyring, platform } = parts
  const door = platform.filters
  if (!door) return
  for (const { id, name, scripts = [], decision } of await listHeldFilters(
    db,
    keyring,
    accountId,
  )) {
    if (decision === 'remove') {
      await removeFilter(door, address, name, scripts)
      await settleHeldFilter(db, { id, decision, at: clock.now() })
    }
    if (decision === 'keep') {
      const problem = await keepFilter(door, address, name, scripts)
      if (problem) await noteKeepProblem(db, id, problem)
      else await settleHeldFilter(db, { id, decision, at: clock.now() })
    }
  }
}

/** Security: works again only where it is, byte for byte, what the owner was shown. What somebody wrote since is never overwritten. */
async function keepFilter(
  door: FilterDoor,
  address: string,
  name: string,
  scripts: readonly FilterScript[],
): Promise<KeepProblem | undefined> {
  const gone: FilterScript[] = []
  for (const script of scripts) {
    const text = await door.read(address, script.name)
    if (text === undefined) gone.push(script)
    else if (text !== script.text) return 'changed'
  }
  // Those that are included come first: the platform looks for them.
  for (const script of gone.toReversed()) {
    if ((await door.write(address, script)) === 'refused') return 'refused'
  }
  const outcome = await door.activate(address, name)
  if (outcome === 'done') return undefined
  return outcome === 'absent' ? 'changed' : 'refused'
}

/** One that is another by now is the owner's own, and stays. */
async function removeFilter(
  door: FilterDoor,
  address: string,
  name: string,
  scripts: readonly FilterScript[],
): Promise<void> {
  const own = scripts.find((script) => script.name === name)
  const there = await door.read(address, name)
  if (there === undefined || (own && own.text !== there)) return
  const listed = await door.list(address)
  if (listed.some((each) => each.name === name && each.active)) await door.deactivate(address)
  await door.remove(address, name)
}
