import type { WantedMailbox } from '../mail-platform.ts'
import type { GoogleDirectory, GoogleUser } from './directory.ts'
import { markOf } from './record.ts'

type Owned = Pick<WantedMailbox, 'accountId' | 'address'>
type Found =
  | { readonly kind: 'own' | 'none'; readonly user: GoogleUser | undefined }
  /** Another user has the address, as the primary one or as an alias. */
  | { readonly kind: 'taken' }

export type GoogleFinder = ReturnType<typeof createFinder>

export function createFinder(directory: GoogleDirectory) {
  const search = async (accountId: string, query: string, more: { showDeleted?: string } = {}) => {
    const { users } = await directory.page({ query, maxResults: 10, ...more })
    return users.find((user) => markOf(user)?.accountId === accountId)
  }
  const searchById = (accountId: string) => search(accountId, `externalId='${accountId}'`)

  return {
    async find({ accountId, address }: Owned): Promise<Found> {
      const there = await directory.get(address)
      if (there && markOf(there)?.accountId !== accountId) return { kind: 'taken' }
      const user = there ?? (await searchById(accountId))
      return { kind: user ? 'own' : 'none', user }
    },
    async findOwn({ accountId, address }: Owned): Promise<GoogleUser | undefined> {
      const there = await directory.get(address)
      return there && markOf(there)?.accountId === accountId ? there : searchById(accountId)
    },
    /** Google keeps deleted users and their letters for 20 days. */
    findDeleted: ({ accountId, address }: Owned) =>
      search(accountId, `email=${address}`, { showDeleted: 'true' }),
  }
}
