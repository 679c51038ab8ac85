// Yandex 360 for Business through its directory API. Account id and revision lie in the users' externalId.
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { MailPlatform } from '../mail-platform.ts'
import { refuseAppPasswordsOnly } from '../refusals.ts'
import { createRevisionGuard } from '../revision-guard.ts'
import { createConverge } from './converge.ts'
import { createYandexDirectory, type YandexAccess, type YandexUser } from './directory.ts'
import { handleOf, observedOf, writeHandle } from './handle.ts'

export interface YandexSettings {
  readonly orgId: YandexAccess['orgId']
  readonly token: YandexAccess['token']
  /** The organisation's main domain. */
  readonly domain: string
  /** Where new users are put; 1, the whole organisation, by default. */
  readonly departmentId?: number | undefined
  readonly apiBase?: string | undefined
  readonly cloudApiBase?: string | undefined
  readonly clock: Clock
  /** How long a removed mailbox is kept before `purge` deletes it. 30 days by default. */
  readonly quarantineDays?: number
  /** 20 s by default. */
  readonly timeoutMs?: number
  /** Users a page; 1000, the most that Yandex allows, by default. */
  readonly pageSize?: number
}

export interface YandexPlatform extends MailPlatform {
  /** Deletes removed mailboxes whose quarantine is over, mail and all. @returns how many were purged */
  purge(): Promise<number>
}

/**
 * Yandex knows one suspension (not enabled), sets no quota for a single user and lets no password be read. A user who is renamed in
 * its console is not found any more: reconciliation shows the old address as missing and the new one as surplus.
 */
export function createYandexPlatform(settings: YandexSettings): YandexPlatform {
  const {
    domain,
    departmentId = 1,
    clock,
    quarantineDays = 30,
    timeoutMs = 20_000,
    pageSize = 1000,
  } = settings
  const { apiBase = 'https://api360.yandex.net', cloudApiBase = 'https://cloud-api.yandex.net' } =
    settings
  const directory = createYandexDirectory({ ...settings, apiBase, cloudApiBase, timeoutMs })
  const guard = createRevisionGuard()
  const converge = createConverge({ directory, guard, domain, departmentId })

  const isServed = (user: YandexUser) => !user.isRobot && user.email.endsWith(`@${domain}`)

  async function* everyone(): AsyncGenerator<YandexUser> {
    for (let page = 1, pages = 1; page <= pages; page += 1) {
      const answer = await directory.page(page, pageSize)
      pages = answer?.pages ?? 0
      yield* answer?.users ?? []
    }
  }

  const userAt = async (address: string) => {
    const user = (await converge.usersAt(address)).find((each) => each.email === address)
    return user && !handleOf(user)?.removedOn ? user : undefined
  }

  return {
    id: 'yandex-360',
    passwordFormat: 'plaintext',

    apply: (wanted) =>
      guard.inTurn(wanted.accountId, async () => {
        const outcome = await converge.apply(wanted)
        if (outcome.kind === 'superseded') return outcome
        guard.note(wanted.accountId, { revision: outcome.revision, removed: false })
        return wanted.mainPasswordOpensMail ? outcome : refuseAppPasswordsOnly('Yandex 360')
      }),

    // Yandex deletes for good, so the mailbox is shut and marked; `purge` deletes it when its quarantine is over.
    remove: (mailbox) =>
      guard.inTurn(mailbox.accountId, async () => {
        const { user } = await converge.find(mailbox)
        const held = user && handleOf(user)
        if (!held || held.removedOn) return
        const removedOn = clock.now().toISOString().slice(0, 10)
        await directory.change(user.id, {
          externalId: writeHandle({ ...held, removedOn }),
          isEnabled: false,
        })
        await directory.logOut(user.id)
        guard.note(mailbox.accountId, { revision: held.revision, removed: true })
      }),

    async endSessions(address) {
      const user = await userAt(address)
      if (user) await directory.logOut(user.id)
    },

    async *list() {
      for await (const user of everyone()) {
        if (isServed(user) && !handleOf(user)?.removedOn) yield observedOf(user, domain)
      }
    },

    async observe(address) {
      const user = await userAt(address)
      return user && observedOf(user, domain)
    },

    async purge() {
      const lastDay = new Date(clock.now().getTime() - quarantineDays * msPerDay)
        .toISOString()
        .slice(0, 10)
      // Collected first: deleting while paging would shift the pages.
      const due: string[] = []
      for await (const user of everyone()) {
        const removedOn = handleOf(user)?.removedOn
        if (removedOn && removedOn <= lastDay) due.push(user.id)
      }
      for (const id of due) await directory.delete(id)
      return due.length
    },
  }
}
