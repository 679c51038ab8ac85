// Google Workspace. A user's externalIds hold account id, revision and suspension.
import type { MailPlatform } from '../mail-platform.ts'
import { refuseAppPasswordsOnly } from '../refusals.ts'
import { createRevisionOrder } from '../revision-order.ts'
import { createConverge, idOf } from './converge.ts'
import { createGoogleDirectory, type GoogleAccess } from './directory.ts'
import { createFinder } from './find.ts'
import { markOf, observedOf } from './record.ts'

export interface GoogleSettings extends Omit<GoogleAccess, 'timeoutMs'> {
  readonly domains: readonly string[]
  /** Where new users are put; `/` by default. */
  readonly orgUnitPath?: string | undefined
  /** 20 s by default. */
  readonly timeoutMs?: number
  /** Users on a page of a list; 500 by default, which is Google's maximum. */
  readonly pageSize?: number
  /** Pauses before each read of a user that exists but is not shown yet. */
  readonly settleMs?: readonly number[]
}

/**
 * Google has one suspension, no quota for a single user, and no mailbox without a main password.
 * Without `mainPasswordOpensMail`, `apply` does everything else and then throws.
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
  const order = createRevisionOrder()
  const converge = createConverge({ directory, finder, order, orgUnitPath, settleMs })

  return {
    id: 'google',
    passwordFormat: 'sha512-crypt',

    apply: (wanted) =>
      order.inTurn(wanted.accountId, async () => {
        const outcome = await converge(wanted)
        if (outcome.kind === 'superseded') return outcome
        order.note(wanted.accountId, { revision: outcome.revision, removed: false })
        return wanted.mainPasswordOpensMail ? outcome : refuseAppPasswordsOnly('Google')
      }),

    remove: (mailbox) =>
      order.inTurn(mailbox.accountId, async () => {
        const user = await finder.findOwn(mailbox)
        if (!user) return
        await directory.delete(idOf(user))
        order.note(mailbox.accountId, { revision: markOf(user)?.revision ?? 0, removed: true })
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
