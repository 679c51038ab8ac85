// Brings one Google user to the wanted state, even if deleted, moved or half-made.
import { setTimeout as sleep } from 'node:timers/promises'
import { tryLater } from '../http-outcome.ts'
import type { Applied, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import { refuseTaken } from '../refusals.ts'
import type { RevisionOrder } from '../revision-order.ts'
import type { GoogleDirectory, GoogleUser } from './directory.ts'
import type { GoogleFinder } from './find.ts'
import { markOf, newUser, passwordOf, stateOf } from './record.ts'

export interface ConvergeParts {
  readonly directory: GoogleDirectory
  readonly finder: GoogleFinder
  readonly order: RevisionOrder
  readonly orgUnitPath: string
  readonly settleMs: readonly number[]
}

type Converge = (wanted: WantedMailbox) => Promise<Applied>

export function createConverge(parts: ConvergeParts): Converge {
  const { finder, order } = parts
  return async (wanted) => {
    const newer = order.newerThan(wanted.accountId, wanted.revision)
    if (newer !== undefined) return { kind: 'superseded', revision: newer }
    const user = await findUntaken(parts, wanted)
    if (user) return update(parts, wanted, user)
    const deleted = await finder.findDeleted(wanted)
    return deleted ? bringBack(parts, wanted, deleted) : create(parts, wanted)
  }
}

async function findUntaken({ finder }: ConvergeParts, wanted: WantedMailbox) {
  const found = await finder.find(wanted)
  return found.kind === 'taken' ? refuseTaken() : found.user
}

async function assertFree(
  { directory }: ConvergeParts,
  aliases: readonly string[],
  id?: string,
): Promise<void> {
  for (const alias of aliases) {
    const holder = await directory.get(alias)
    if (holder && holder.id !== id) refuseTaken()
  }
}

async function addAliases(
  { directory }: ConvergeParts,
  id: string,
  aliases: readonly string[],
): Promise<void> {
  for (const alias of aliases) {
    const { kind } = await directory.addAlias(id, alias)
    if (kind === 'absent') throw notShownYet()
    // An earlier try, whose answer was lost, may have added it.
    if (kind === 'exists' && (await directory.get(alias))?.id !== id) refuseTaken()
  }
}

async function create(parts: ConvergeParts, wanted: WantedMailbox): Promise<Applied> {
  await assertFree(parts, wanted.aliases)
  const made = await parts.directory.insert(newUser(wanted, parts.orgUnitPath))
  if (made.kind === 'exists') return update(parts, wanted, await settle(parts, wanted))
  if (made.kind === 'absent')
    throw new PlatformError('permanent', 'Google knows no such organisational unit')
  await addAliases(parts, idOf(made.user), wanted.aliases)
  return { kind: 'applied', revision: wanted.revision }
}

/** Google shows a new user a little later, so this reads again. */
async function settle(parts: ConvergeParts, wanted: WantedMailbox): Promise<GoogleUser> {
  for (const pause of parts.settleMs) {
    await sleep(pause)
    const user = await findUntaken(parts, wanted)
    if (user) return user
  }
  throw tryLater('Google holds the address, but does not show by whom', 60)
}

async function update(
  parts: ConvergeParts,
  wanted: WantedMailbox,
  user: GoogleUser,
): Promise<Applied> {
  const { directory, order } = parts
  const { accountId, revision } = wanted
  const known = markOf(user)
  const newer = order.newerThan(accountId, revision, known && { ...known, removed: false })
  if (newer !== undefined) return { kind: 'superseded', revision: newer }
  const missing = wanted.aliases.filter((alias) => !user.aliases?.includes(alias))
  await assertFree(parts, missing, idOf(user))
  // A mark of this revision came with the password.
  // Setting the same password again would sign people out.
  const isThere = wanted.password === null || known?.revision === revision
  const password = isThere ? {} : passwordOf(wanted.password)
  const changed = await directory.patch(idOf(user), { ...stateOf(wanted, user), ...password })
  if (changed.kind === 'exists') return refuseTaken()
  if (changed.kind === 'absent') throw notShownYet()
  await addAliases(parts, idOf(user), missing)
  // When the primary address changes, Google keeps the old one as an alias.
  const surplus = (changed.user.aliases ?? []).filter((alias) => !wanted.aliases.includes(alias))
  for (const alias of surplus) await directory.deleteAlias(idOf(user), alias)
  return { kind: 'applied', revision }
}

async function bringBack(
  parts: ConvergeParts,
  wanted: WantedMailbox,
  deleted: GoogleUser,
): Promise<Applied> {
  const { directory, order, orgUnitPath } = parts
  const { accountId, revision } = wanted
  const known = markOf(deleted)
  const newer = order.newerThan(accountId, revision, known && { ...known, removed: true })
  if (newer !== undefined) return { kind: 'superseded', revision: newer }
  await directory.undelete(idOf(deleted), deleted.orgUnitPath ?? orgUnitPath)
  return update(parts, wanted, (await directory.get(idOf(deleted))) ?? deleted)
}

export const idOf = (user: GoogleUser): string => user.id ?? ''

function notShownYet(): PlatformError {
  return tryLater('Google does not show the user yet', 5)
}
