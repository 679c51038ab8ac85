// Brings one Yandex 360 user to the wanted state, even if half-made.
import { newToken } from '#server/core/keys/secrets.ts'
import { tryLater } from '../http-outcome.ts'
import type { Applied, WantedMailbox } from '../mail-platform.ts'
import { PlatformError } from '../mail-platform.ts'
import { refuseTaken } from '../refusals.ts'
import type { RevisionOrder } from '../revision-order.ts'
import type { UserChange, YandexDirectory, YandexUser } from './directory.ts'
import { handleOf, writeHandle } from './handle.ts'

export interface ConvergeParts {
  readonly directory: YandexDirectory
  readonly order: RevisionOrder
  /** The organisation's main domain: Yandex makes every user there. */
  readonly domain: string
  readonly departmentId: number
}

type Owned = Pick<WantedMailbox, 'accountId' | 'address'>

export function createConverge(parts: ConvergeParts) {
  const { directory, order } = parts
  return {
    usersAt: (address: string) => usersAt(directory, address),
    find: (owned: Owned) => findUser(directory, owned),
    async apply(wanted: WantedMailbox): Promise<Applied> {
      const newer = order.newerThan(wanted.accountId, wanted.revision)
      if (newer !== undefined) return { kind: 'superseded', revision: newer }
      const { user, isTaken } = await findUser(directory, wanted)
      if (isTaken) return refuseTaken()
      return user ? update(parts, wanted, user) : create(parts, wanted)
    },
  }
}

/** Users that have the address, as the main one or as an alias. */
async function usersAt(directory: YandexDirectory, address: string): Promise<YandexUser[]> {
  const users: YandexUser[] = []
  for (const id of await directory.idsAt(address)) {
    const user = await directory.get(id)
    if (user) users.push(user)
  }
  return users
}

async function findUser(directory: YandexDirectory, { accountId, address }: Owned) {
  const users = await usersAt(directory, address)
  const user = users.find((each) => handleOf(each)?.accountId === accountId)
  return { user, isTaken: !user && users.length > 0 }
}

function localPart(domain: string, address: string): string {
  const [local = '', where] = address.split('@')
  if (where === domain) return local
  throw new PlatformError('permanent', `Yandex 360 makes addresses in ${domain} only`)
}

async function assertFree(
  { directory, domain }: ConvergeParts,
  aliases: readonly string[],
  id?: string,
): Promise<void> {
  for (const alias of aliases) {
    const ids = await directory.idsAt(`${alias}@${domain}`)
    if (ids.some((each) => each !== id)) refuseTaken()
  }
}

async function addAliases(
  directory: YandexDirectory,
  id: string,
  aliases: readonly string[],
): Promise<void> {
  for (const alias of aliases) {
    const answer = await directory.addAlias(id, alias)
    // An earlier try, whose answer was lost, may have added it.
    if (answer.kind === 'refused' && !(await directory.get(id))?.aliases?.includes(alias))
      throw answer.error
  }
}

async function create(parts: ConvergeParts, wanted: WantedMailbox): Promise<Applied> {
  const { directory, domain, departmentId } = parts
  const nickname = localPart(domain, wanted.address)
  const aliases = wanted.aliases.map((alias) => localPart(domain, alias))
  await assertFree(parts, aliases)
  const answer = await directory.create({
    nickname,
    departmentId,
    name: { first: nickname, last: domain },
    externalId: handleFor(wanted),
    // Yandex asks for lower and upper case letters and a digit.
    password: wanted.password ?? `Aa1-${newToken()}`,
    passwordChangeRequired: false,
  })
  if (answer.kind === 'refused') return afterRefusal(parts, wanted, answer.error)
  const { id, email } = answer.value
  if (email !== wanted.address) {
    const message = `Yandex 360 made ${email} in place of ${wanted.address}`
    throw new PlatformError('permanent', message)
  }
  if (wanted.suspension !== 'none')
    await change(directory, id, { externalId: handleFor(wanted), isEnabled: false })
  await addAliases(directory, id, aliases)
  return { kind: 'applied', revision: wanted.revision }
}

async function afterRefusal(
  parts: ConvergeParts,
  wanted: WantedMailbox,
  error: Error,
): Promise<Applied> {
  const { user, isTaken } = await findUser(parts.directory, wanted)
  if (isTaken) return refuseTaken()
  if (user) return update(parts, wanted, user)
  throw error
}

async function change(directory: YandexDirectory, id: string, what: UserChange): Promise<void> {
  if (!(await directory.change(id, what)))
    throw tryLater('Yandex 360 does not show the user yet', 5)
}

// A handle of this revision came with the password.
// Setting the same password again would sign people out.
function changeFor(wanted: WantedMailbox, knownRevision: number | undefined): UserChange {
  const what = { externalId: handleFor(wanted), isEnabled: wanted.suspension === 'none' }
  if (wanted.password === null || knownRevision === wanted.revision) return what
  return { ...what, password: wanted.password, passwordChangeRequired: false }
}

async function update(
  parts: ConvergeParts,
  wanted: WantedMailbox,
  user: YandexUser,
): Promise<Applied> {
  const { directory, order, domain } = parts
  const { accountId, revision } = wanted
  const known = handleOf(user)
  const seen = known && { ...known, removed: known.removedOn !== undefined }
  const newer = order.newerThan(accountId, revision, seen)
  if (newer !== undefined) return { kind: 'superseded', revision: newer }
  const aliases = wanted.aliases.map((alias) => localPart(domain, alias))
  const present = user.aliases ?? []
  const missing = aliases.filter((alias) => !present.includes(alias))
  await assertFree(parts, missing, user.id)
  await change(directory, user.id, changeFor(wanted, known?.revision))
  await addAliases(directory, user.id, missing)
  const surplus = present.filter((alias) => !aliases.includes(alias))
  for (const alias of surplus) await directory.deleteAlias(user.id, alias)
  return { kind: 'applied', revision }
}

function handleFor({ accountId, revision, suspension }: WantedMailbox): string {
  return writeHandle({ accountId, revision, level: suspension })
}
