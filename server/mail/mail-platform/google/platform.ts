// Google Workspace through its Directory API. Account ids and revisions lie in the users' externalIds.
import type { MailPlatform } from '../mail-platform.ts'
import { refuseAppPasswordsOnly } from '../refusals.ts'
import { createRevisionGuard } from '../revision-guard.ts'
import { createConverge, idOf } from './converge.ts'
import { createGoogleDirectory, type GoogleAccess } from './directory.ts'
import { createFinder } from './find.ts'
import { markOf, observedOf } from './record.ts'

export interface GoogleSettings extends Omit<GoogleAccess, 'timeoutMs'> {
  /** Domains that the portal serves; users in others are not its business. */
  readonly domains: readonly string[]
  /** Where new users are put; `/` by default. */
  readonly orgUnitPath?: string | undefined
  /** 20 s by default. */
  readonly timeoutMs?: number
  /** Users a page; 500, the most that Google allows, by default. */
  readonly pageSize?: number
  /** Waits between looks for an entity that exists but is not shown yet. */
  readonly settleMs?: readonly number[]
}

/**
 * Google knows one suspension (no sign-in, mail refused) and takes no quota: both come with the licence. It holds no mailbox without
 * a main password, and where `mainPasswordOpensMail` is false everything else is applied before the call is refused.
 */
export function createGooglePlatform(settings: GoogleSettings): MailPlatform {
  const {
    domains,
    orgUnitPath = '/',
    timeoutMs = 20_000,
    pageSize = 500,
    settleMs = [500, 1000, 2000],
  } = settings
  const directory = createGoogleDirectory({ ...settings, timeoutMs })
  const finder = createFinder(directory)
  const guard = createRevisionGuard()
  const converge = createConverge({ directory, finder, guard, orgUnitPath, settleMs })

  return {
    id: 'google',
    passwordFormat: 'sha512-crypt',

    apply: (wanted) =>
      guard.inTurn(wanted.accountId, async () => {
        const outcome = await converge(wanted)
        if (outcome.kind === 'superseded') return outcome
        guard.note(wanted.accountId, { revision: outcome.revision, removed: false })
        return wanted.mainPasswordOpensMail ? outcome : refuseAppPasswordsOnly('Google')
      }),

    remove: (mailbox) =>
      guard.inTurn(mailbox.accountId, async () => {
        const user = await finder.findOwn(mailbox)
        if (!user) return
        await directory.delete(idOf(user))
        guard.note(mailbox.accountId, { revision: markOf(user)?.revision ?? 0, removed: true })
      }),

    async endSessions(address) {
      const user = await directory.get(address)
      if (user?.primaryEmail === address) await directory.signOut(idOf(user))
    },

    async *list() {
      let pageToken: string | undefined
      do {
        const page = await directory.page({
          maxResults: pageSize,
          ...(pageToken ? { pageToken } : {}),
        })
        for (const user of page.users) {
          if (domains.includes(user.primaryEmail?.split('@')[1] ?? '')) yield observedOf(user)
        }
        pageToken = page.nextPageToken
      } while (pageToken)
    },

    async observe(address) {
      const user = await directory.get(address)
      return user?.primaryEmail === address ? observedOf(user) : undefined
    },
  }
}
