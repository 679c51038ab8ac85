// Looks up the name of a refused form, and finds free names to offer.
import type { Db } from '#db/connection.ts'
import { findClaimed } from '#server/accounts/claims/store.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { FormError } from '#server/kit/pages/forms.ts'
import type { OfferedNames } from './describe-form.ts'
import type { JudgedRegistration, WantedName } from './judge-registration.ts'
import { suggestNames } from './suggest-names.ts'

export interface OfferParts {
  readonly db: Db
  readonly keyring: Keyring
  readonly serviceWords: readonly string[]
}

export const takenName: FormError = { field: 'login', reason: 'taken' }

export interface Offered {
  readonly refusals: readonly FormError[]
  readonly offer?: OfferedNames
}

/** @param mayLook counts a look at the name, and forbids one look too many */
export async function offerNames(
  parts: OfferParts,
  judged: Extract<JudgedRegistration, { kind: 'refused' }>,
  mayLook: (name: WantedName) => Promise<boolean>,
): Promise<Offered> {
  const { name, proposal, refusals } = judged
  if (name) {
    if (!(await mayLook(name)) || !(await isTaken(parts, name))) return { refusals }
    return { refusals: [takenName, ...refusals], offer: await freeNames(parts, name) }
  }
  if (!proposal) return { refusals }
  const isFree = !(await mayLook(proposal)) || !(await isTaken(parts, proposal))
  if (isFree) return { refusals, offer: { why: 'proposed', names: [proposal.login] } }
  const { names } = await freeNames(parts, proposal)
  return { refusals, offer: { why: 'proposedTaken', names, taken: proposal.login } }
}

export const freeNames = async (parts: OfferParts, wish: WantedName): Promise<OfferedNames> => ({
  why: 'free',
  names: await suggestNames(parts, wish),
})

async function isTaken({ db, keyring }: OfferParts, wish: WantedName): Promise<boolean> {
  const key = addressOf(wish.lookAlikeKey, wish.domain)
  return (await findClaimed(db, keyring, 'login-look-alike', [key])).size > 0
}
