// The worker's half of holding filters back. May run twice, or late.
import type { Db } from '#db/connection.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import {
  type FilterDoor,
  type FilterScript,
  type ListedFilter,
  type MailPlatform,
  PlatformError,
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

/** More than people write; a stranger could store gigabytes. */
const scriptsAtMost = 20
const charactersAtMost = 2_000_000

export async function holdBackFilters(
  parts: FilterParts,
  { accountId, address }: FilterOwner,
): Promise<void> {
  const { db, clock, platform } = parts
  const door = platform.filters
  if (!door) return await noteUnheld(db, accountId, clock.now())
  const active = (await listOrSwitchOff(door, address)).find((each) => each.active)
  // Noted before it is switched off: a lost answer loses nothing.
  if (active) await noteHeld(parts, accountId, active.name)
  await door.deactivate(address)
  const held = await listHeldFilters(db, parts.keyring, accountId)
  for (const filter of held.filter(({ scripts }) => !scripts))
    await readHeld(parts, door, address, filter, held)
}

/** Security: a platform that does not tell what is at work must switch it off all the same. */
async function listOrSwitchOff(
  door: FilterDoor,
  address: string,
): Promise<readonly ListedFilter[]> {
  try {
    return await door.list(address)
  } catch (fault) {
    if (fault instanceof PlatformError && fault.kind === 'permanent') await door.deactivate(address)
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
    // The same one, of a try whose answer was lost.
    if (known.some((each) => each.name === name && !each.scripts)) return
    await insertHeldFilter(trx, keyring, { accountId, name, at })
    await recordActivity(trx, keyring, { accountId, event: 'filters.held', details: {}, at })
  })
}

async function readHeld(
  { db, clock, keyring }: FilterParts,
  door: FilterDoor,
  address: string,
  { id, name }: HeldFilter,
  all: readonly HeldFilter[],
): Promise<void> {
  const scripts = await readWithIncluded(door, address, name)
  const same = (other: HeldFilter) =>
    other.id !== id &&
    other.decision !== 'remove' &&
    JSON.stringify(other.scripts) === JSON.stringify(scripts)
  // Deleted meanwhile, or one that waits already and was switched on again elsewhere.
  if (scripts.length === 0 || all.some(same)) await deleteHeldFilter(db, id)
  else await noteFilterRead(db, keyring, { id, name, scripts, at: clock.now() })
}

/** The script, and those of the mailbox that it includes: they may be what forwards. */
export async function readWithIncluded(
  door: FilterDoor,
  address: string,
  name: string,
): Promise<FilterScript[]> {
  // Security: a name that a script says is read only where the mailbox lists it: it could be a path.
  const listed = new Set((await door.list(address)).map((each) => each.name))
  const found = new Map<string, FilterScript>()
  const asked = [name]
  let left = charactersAtMost
  for (const each of asked) {
    if (found.has(each) || !listed.has(each) || found.size >= scriptsAtMost || left <= 0) continue
    const text = await door.read(address, each)
    if (text === undefined) continue
    left -= text.length
    found.set(each, { name: each, text })
    asked.push(...includedIn(text))
  }
  return found.has(name) ? [...found.values()] : []
}
