// Yandex 360 for Business. Its externalIds are handles: see handle.ts.
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { MailPlatform, ObservedMailbox } from '../mail-platform.ts'
import { refuseAppPasswordsOnly } from '../refusals.ts'
import { createRevisionOrder } from '../revision-order.ts'
import { createConverge } from './converge.ts'
import { createYandexDirectory, type YandexAccess, type YandexUser } from './directory.ts'
import { handleOf, observedOf, writeHandle } from './handle.ts'

export interface YandexSettings {
  readonly orgId: YandexAccess['orgId']
  readonly token: YandexAccess['token']
  readonly domain: string
  /** Where new users are put; 1 by default, which is the whole organisation. */
  readonly departmentId?: number | undefined
  readonly apiBase?: string | undefined
  readonly cloudApiBase?: string | undefined
  readonly clock: Clock
  /** How long a removed mailbox keeps its letters; 30 by default. */
  readonly quarantineDays?: number
  /** 20 s by default. */
  readonly timeoutMs?: number
  /** Users on a page of a list; 1000 by default, which is Yandex's maximum. */
  readonly pageSize?: number
}

export interface YandexPlatform extends MailPlatform {
  /** Deletes mailboxes together with their letters. @returns how many */
  purge(): Promise<number>
}

/**
 * Yandex has one suspension, no quota for a single user, and shows no password.
 * After a rename in its console, reconciliation finds one mailbox missing, one surplus.
 */
export function createYandexPlatform(settings: YandexSettings): YandexPlatform {
  const parts = partsOf(settings)
  const { converge, directory, domain, order } = parts
  return {
    id: 'yandex-360',
    passwordFormat: 'plaintext',
    apply: (wanted) =>
      order.inTurn(wanted.accountId, async () => {
        const outcome = await converge.apply(wanted)
        if (outcome.kind === 'superseded') return outcome
        order.note(wanted.accountId, { revision: outcome.revision, removed: false })
        return wanted.mainPasswordOpensMail ? outcome : refuseAppPasswordsOnly('Yandex 360')
      }),
    remove: (owned) => order.inTurn(owned.accountId, () => quarantine(parts, owned)),
    async endSessions(address) {
      const user = await userAt(parts, address)
      if (user) await directory.logOut(user.id)
    },
    list: () => listMailboxes(parts),
    async observe(address) {
      const user = await userAt(parts, address)
      return user && observedOf(user, domain)
    },
    purge: () => purge(parts),
  }
}

type Parts = ReturnType<typeof partsOf>

function partsOf(settings: YandexSettings) {
  const { domain, departmentId = 1, clock, quarantineDays = 30 } = settings
  const { timeoutMs = 20_000, pageSize = 1000 } = settings
  const { apiBase = 'https://api360.yandex.net' } = settings
  const { cloudApiBase = 'https://cloud-api.yandex.net' } = settings
  const directory = createYandexDirectory({ ...settings, apiBase, cloudApiBase, timeoutMs })
  const order = createRevisionOrder()
  const converge = createConverge({ directory, order, domain, departmentId })
  return { domain, clock, quarantineDays, pageSize, directory, order, converge }
}

async function* everyone({ directory, pageSize }: Parts): AsyncGenerator<YandexUser> {
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const answer = await directory.page(page, pageSize)
    pages = answer?.pages ?? 0
    yield* answer?.users ?? []
  }
}

async function* listMailboxes(parts: Parts): AsyncGenerator<ObservedMailbox> {
  const { domain } = parts
  for await (const user of everyone(parts)) {
    if (user.isRobot || !user.email.endsWith(`@${domain}`)) continue
    if (!handleOf(user)?.removedOn) yield observedOf(user, domain)
  }
}

async function userAt({ converge }: Parts, address: string): Promise<YandexUser | undefined> {
  const user = (await converge.usersAt(address)).find((each) => each.email === address)
  return user && !handleOf(user)?.removedOn ? user : undefined
}

/** Yandex deletes for good, so `purge` does it later. */
async function quarantine(
  { clock, converge, directory, order }: Parts,
  owned: { readonly accountId: string; readonly address: string },
): Promise<void> {
  const { user } = await converge.find(owned)
  const known = user && handleOf(user)
  if (!known || known.removedOn) return
  const externalId = writeHandle({ ...known, removedOn: dayOf(clock.now()) })
  await directory.change(user.id, { externalId, isEnabled: false })
  await directory.logOut(user.id)
  order.note(owned.accountId, { revision: known.revision, removed: true })
}

async function purge(parts: Parts): Promise<number> {
  const { clock, directory, quarantineDays } = parts
  const lastDay = dayOf(new Date(clock.now().getTime() - quarantineDays * msPerDay))
  // To delete a user while reading would shift the pages.
  const due: string[] = []
  for await (const user of everyone(parts)) {
    const removedOn = handleOf(user)?.removedOn
    if (removedOn && removedOn <= lastDay) due.push(user.id)
  }
  for (const id of due) await directory.delete(id)
  return due.length
}

const dayOf = (date: Date) => date.toISOString().slice(0, 10)
