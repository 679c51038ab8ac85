// Switches filters off on the platform and stores their text. It may run twice or late.
import type { Db } from '#db/connection.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import {
  type FilterScript,
  type ListedFilter,
  type MailPlatform,
  PlatformError,
  type PlatformFilters,
} from '../mail-platform/mail-platform.ts'
import { includedIn } from './describe-filter.ts'
import {
  deleteHeldFilter,
  type HeldFilter,
  insertHeldFilter,
  listHeldFilters,
  noteFilterRead,
  noteUnheld,
} from './store.ts'

export interface FilterParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly platform: Pick<MailPlatform, 'filters'>
}

export interface FilterOwner {
  readonly accountId: string
  readonly address: string
}

/** A stranger who was in the mailbox could have stored gigabytes. */
const scriptsAtMost = 20
const charactersAtMost = 2_000_000

export async function holdBackFilters(
  parts: FilterParts,
  { accountId, address }: FilterOwner,
): Promise<void> {
  const { db, clock, platform } = parts
  const { filters } = platform
  if (!filters) return await noteUnheld(db, accountId, clock.now())
  const active = (await listOrSwitchOff(filters, address)).find((each) => each.active)
  // Noted first: a repeated call finds no active filter.
  if (active) await noteHeld(parts, accountId, active.name)
  await filters.deactivate(address)
  const held = await listHeldFilters(db, parts.keyring, accountId)
  for (const filter of held.filter(({ scripts }) => !scripts))
    await readHeld(parts, filters, address, filter, held)
}

/** Security: A platform that cannot list filters switches them off all the same. */
async function listOrSwitchOff(
  filters: PlatformFilters,
  address: string,
): Promise<readonly ListedFilter[]> {
  try {
    return await filters.list(address)
  } catch (fault) {
    if (fault instanceof PlatformError && fault.kind === 'permanent')
      await filters.deactivate(address)
    throw fault
  }
}

async function noteHeld(
  { db, clock, keyring }: FilterParts,
  accountId: string,
  name: string,
): Promise<void> {
  const at = clock.now()
  await db.transaction(async (trx) => {
    const known = await listHeldFilters(trx, keyring, accountId)
    // An earlier run, which failed half-way, has noted it already.
    if (known.some((each) => each.name === name && !each.scripts)) return
    await insertHeldFilter(trx, keyring, { accountId, name, at })
    await recordActivity(trx, keyring, { accountId, event: 'filters.held', details: {}, at })
  })
}

async function readHeld(
  { db, clock, keyring }: FilterParts,
  filters: PlatformFilters,
  address: string,
  { id, name }: HeldFilter,
  all: readonly HeldFilter[],
): Promise<void> {
  const scripts = await readWithIncluded(filters, address, name)
  const same = (other: HeldFilter) =>
    other.id !== id &&
    other.decision !== 'remove' &&
    JSON.stringify(other.scripts) === JSON.stringify(scripts)
  // The script is gone, or it waits already and a mail program switched it on again.
  if (scripts.length === 0 || all.some(same)) await deleteHeldFilter(db, id)
  else await noteFilterRead(db, keyring, { id, name, scripts, at: clock.now() })
}

/** Included scripts too, since they may be the ones that forward. */
export async function readWithIncluded(
  filters: PlatformFilters,
  address: string,
  name: string,
): Promise<FilterScript[]> {
  // Security: An included script is read only if the mailbox lists it.
  // Its name could be a path.
  const listed = new Set((await filters.list(address)).map((each) => each.name))
  const found = new Map<string, FilterScript>()
  const asked = [name]
  let left = charactersAtMost
  for (const each of asked) {
    if (found.has(each) || !listed.has(each) || found.size >= scriptsAtMost || left <= 0) continue
    const text = await filters.read(address, each)
    if (text === undefined) continue
    left -= text.length
    found.set(each, { name: each, text })
    asked.push(...includedIn(text))
  }
  return found.has(name) ? [...found.values()] : []
}
