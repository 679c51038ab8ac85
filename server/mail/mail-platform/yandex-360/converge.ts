// Brings one Yandex 360 user to the wanted state: absent, present, in quarantine or half-made.
import { newToken } from '#server/core/keys/secrets.ts'
import { tryLater } from '../http-outcome.ts'
import type { Applied, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import { refuseTaken } from '../refusals.ts'
import type { RevisionGuard } from '../revision-guard.ts'
import type { UserChange, YandexDirectory, YandexUser } from './directory.ts'
import { handleOf, writeHandle } from './handle.ts'

export interface ConvergeParts {
  readonly directory: YandexDirectory
  readonly guard: RevisionGuard
  /** The organisation's main domain: Yandex makes every user in it. */
  readonly domain: string
  readonly departmentId: number
}

type Owned = Pick<WantedMailbox, 'accountId' | 'address'>

export function createConverge({ directory, guard, domain, departmentId }: ConvergeParts) {
  /** Users that have the address, as the main one or as an alias. */
  const usersAt = async (address: string): Promise<YandexUser[]> => {
    const users: YandexUser[] = []
    for (const id of await directory.idsAt(address)) {
      const user = await directory.get(id)
      if (user) users.push(user)
    }
    return users
  }

  const find = async ({ accountId, address }: Owned) => {
    const users = await usersAt(address)
    const user = users.find((each) => handleOf(each)?.accountId === accountId)
    return { user, isTaken: !user && users.length > 0 }
  }

  const localPart = (address: string) => {
    const [local = '', where] = address.split('@')
    if (where !== domain)
      throw new PlatformError('permanent', `Yandex 360 makes addresses in ${domain} only`)
    return local
  }

  const assertFree = async (aliases: readonly string[], id?: string) => {
    for (const alias of aliases) {
      if ((await directory.idsAt(`${alias}@${domain}`)).some((each) => each !== id)) refuseTaken()
    }
  }

  const addAliases = async (id: string, aliases: readonly string[]) => {
    for (const alias of aliases) {
      const answer = await directory.addAlias(id, alias)
      // It is there already where a first try added it and the answer got lost.
      if (answer.kind === 'refused' && !(await directory.get(id))?.aliases?.includes(alias))
        throw answer.error
    }
  }

  const create = async (wanted: WantedMailbox): Promise<Applied> => {
    const nickname = localPart(wanted.address)
    const aliases = wanted.aliases.map(localPart)
    await assertFree(aliases)
    const answer = await directory.create({
      nickname,
      departmentId,
      name: { first: nickname, last: domain },
      externalId: handleFor(wanted),
      // The rules for passwords ask for letters of both cases and a digit.
      password: wanted.password ?? `Aa1-${newToken()}`,
      passwordChangeRequired: false,
    })
    if (answer.kind === 'refused') return afterRefusal(wanted, answer.error)
    if (answer.value.email !== wanted.address) {
      throw new PlatformError(
        'permanent',
        `Yandex 360 made ${answer.value.email} in place of ${wanted.address}`,
      )
    }
    if (wanted.suspension !== 'none')
      await change(answer.value.id, { externalId: handleFor(wanted), isEnabled: false })
    await addAliases(answer.value.id, aliases)
    return { kind: 'applied', revision: wanted.revision }
  }

  const afterRefusal = async (wanted: WantedMailbox, error: Error): Promise<Applied> => {
    const { user, isTaken } = await find(wanted)
    if (isTaken) return refuseTaken()
    if (user) return update(wanted, user)
    throw error
  }

  const change = async (id: string, what: UserChange) => {
    if (!(await directory.change(id, what)))
      throw tryLater('Yandex 360 does not show the user yet', 5)
  }

  const update = async (wanted: WantedMailbox, user: YandexUser): Promise<Applied> => {
    const held = handleOf(user)
    const newer = guard.newerThan(
      wanted.accountId,
      wanted.revision,
      held && { ...held, removed: !!held.removedOn },
    )
    if (newer !== undefined) return { kind: 'superseded', revision: newer }
    const aliases = wanted.aliases.map(localPart)
    const present = user.aliases ?? []
    const missing = aliases.filter((alias) => !present.includes(alias))
    await assertFree(missing, user.id)
    // Handle and password travel in one call: where the handle is there the password is, and setting it again signs people out.
    const isThere = wanted.password === null || held?.revision === wanted.revision
    const password = isThere
      ? {}
      : { password: wanted.password, passwordChangeRequired: false as const }
    await change(user.id, {
      externalId: handleFor(wanted),
      isEnabled: wanted.suspension === 'none',
      ...password,
    })
    await addAliases(user.id, missing)
    for (const alias of present)
      if (!aliases.includes(alias)) await directory.deleteAlias(user.id, alias)
    return { kind: 'applied', revision: wanted.revision }
  }

  return {
    usersAt,
    find,
    async apply(wanted: WantedMailbox): Promise<Applied> {
      const newer = guard.newerThan(wanted.accountId, wanted.revision)
      if (newer !== undefined) return { kind: 'superseded', revision: newer }
      const { user, isTaken } = await find(wanted)
      if (isTaken) return refuseTaken()
      return user ? update(wanted, user) : create(wanted)
    },
  }
}

function handleFor({ accountId, revision, suspension }: WantedMailbox): string {
  return writeHandle({ accountId, revision, level: suspension })
}
