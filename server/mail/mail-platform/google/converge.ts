// Brings one Google user to the wanted state, from whatever state it is in: absent, present, deleted, moved or half-made.
import { setTimeout as sleep } from 'node:timers/promises'
import { tryLater } from '../http-outcome.ts'
import type { Applied, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import { refuseTaken } from '../refusals.ts'
import type { RevisionGuard } from '../revision-guard.ts'
import type { GoogleDirectory, GoogleUser } from './directory.ts'
import type { GoogleFinder } from './find.ts'
import { markOf, newUser, passwordOf, stateOf } from './record.ts'

export interface ConvergeParts {
  readonly directory: GoogleDirectory
  readonly finder: GoogleFinder
  readonly guard: RevisionGuard
  readonly orgUnitPath: string
  readonly settleMs: readonly number[]
}

export function createConverge({ directory, finder, guard, orgUnitPath, settleMs }: ConvergeParts) {
  const assertFree = async (aliases: readonly string[], id?: string) => {
    for (const alias of aliases) {
      const holder = await directory.get(alias)
      if (holder && holder.id !== id) refuseTaken()
    }
  }

  const addAliases = async (id: string, aliases: readonly string[]) => {
    for (const alias of aliases) {
      const { kind } = await directory.addAlias(id, alias)
      if (kind === 'absent') throw notShownYet()
      // It is ours already where a first try added it and the answer got lost.
      if (kind === 'exists' && (await directory.get(alias))?.id !== id) refuseTaken()
    }
  }

  const create = async (wanted: WantedMailbox): Promise<Applied> => {
    await assertFree(wanted.aliases)
    const made = await directory.insert(newUser(wanted, orgUnitPath))
    if (made.kind === 'exists') return update(wanted, await settle(wanted))
    if (made.kind === 'absent')
      throw new PlatformError('permanent', 'Google knows no such organisational unit')
    await addAliases(idOf(made.user), wanted.aliases)
    return { kind: 'applied', revision: wanted.revision }
  }

  /** An insert that met "exists" after a lost answer: reads lag behind, so look again for a while. */
  const settle = async (wanted: WantedMailbox): Promise<GoogleUser> => {
    for (const pause of settleMs) {
      await sleep(pause)
      const user = await findUntaken(wanted)
      if (user) return user
    }
    throw tryLater('Google holds the address, but does not show by whom', 60)
  }

  const update = async (wanted: WantedMailbox, user: GoogleUser): Promise<Applied> => {
    const held = markOf(user)
    const newer = guard.newerThan(
      wanted.accountId,
      wanted.revision,
      held && { ...held, removed: false },
    )
    if (newer !== undefined) return { kind: 'superseded', revision: newer }
    const missing = wanted.aliases.filter((alias) => !user.aliases?.includes(alias))
    await assertFree(missing, idOf(user))
    // Mark and password travel in one call: where the mark is there the password is, and setting it again would sign people out.
    const isThere = wanted.password === null || held?.revision === wanted.revision
    const password = isThere ? {} : passwordOf(wanted.password)
    const changed = await directory.patch(idOf(user), { ...stateOf(wanted, user), ...password })
    if (changed.kind === 'exists') return refuseTaken()
    if (changed.kind === 'absent') throw notShownYet()
    await addAliases(idOf(user), missing)
    // As they are after the change: a new primary address leaves the old one behind as an alias.
    const surplus = (changed.user.aliases ?? []).filter((alias) => !wanted.aliases.includes(alias))
    for (const alias of surplus) await directory.deleteAlias(idOf(user), alias)
    return { kind: 'applied', revision: wanted.revision }
  }

  const bringBack = async (wanted: WantedMailbox, deleted: GoogleUser): Promise<Applied> => {
    const held = markOf(deleted)
    const newer = guard.newerThan(
      wanted.accountId,
      wanted.revision,
      held && { ...held, removed: true },
    )
    if (newer !== undefined) return { kind: 'superseded', revision: newer }
    await directory.undelete(idOf(deleted), deleted.orgUnitPath ?? orgUnitPath)
    return update(wanted, (await directory.get(idOf(deleted))) ?? deleted)
  }

  const findUntaken = async (wanted: WantedMailbox) => {
    const found = await finder.find(wanted)
    return found.kind === 'taken' ? refuseTaken() : found.user
  }

  return async (wanted: WantedMailbox): Promise<Applied> => {
    const newer = guard.newerThan(wanted.accountId, wanted.revision)
    if (newer !== undefined) return { kind: 'superseded', revision: newer }
    const user = await findUntaken(wanted)
    if (user) return update(wanted, user)
    const deleted = await finder.findDeleted(wanted)
    return deleted ? bringBack(wanted, deleted) : create(wanted)
  }
}

export const idOf = (user: GoogleUser): string => user.id ?? ''

function notShownYet(): PlatformError {
  return tryLater('Google does not show the user yet', 5)
}
