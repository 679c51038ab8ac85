// Sets the new password of a recovery and does all that follows from it, in one transaction.

import type { Db } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { findAccount, startProbation } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { AccountLife, NewPassword } from '#server/accounts/life/account-life.ts'
import { changePassword } from '#server/accounts/password/change-password.ts'
import { createOwnChangeLimit } from '#server/accounts/password/own-change-limit.ts'
import { rememberDevice } from '#server/accounts/sessions/store.ts'
import { createSignInLimits } from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerHour } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { type NoticeParts, notifyOwner } from '../contacts/notify-owner.ts'
import type { RecoveryMethod } from '../flow/recovery-method.ts'
import { endFlows } from '../flow/store.ts'
import { doubtLateWays } from '../methods/doubt-late-ways.ts'
import type { RecoveryMethods } from '../methods/methods.ts'
import { linksToReplace } from '../undo/offer-undo.ts'
import { dropHold } from './hold-store.ts'

export interface ApplyParts extends NoticeParts {
  readonly life: AccountLife
  readonly methods: Pick<RecoveryMethods, 'contactsOf' | 'list'>
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: NoticeParts['settings'] & { readonly probationHours: number }
}

export const probationEnd = (parts: { settings: { probationHours: number } }, at: Date): Date =>
  new Date(at.getTime() + parts.settings.probationHours * msPerHour)

export interface Reset {
  readonly accountId: string
  readonly provenBy: MethodId | 'undo'
  /** Others may know the proof, so recovery methods cannot be changed for a while. */
  readonly weak: boolean
  readonly password: NewPassword
  /** Digest of the device token of the browser that finished the recovery. */
  readonly device?: Buffer | undefined
  readonly at: Date
  readonly client: ClientInfo
}

/** The owner's browser becomes a known one: wrong passwords of strangers no longer delay it. */
async function rememberBrowser(
  trx: AccountTrx,
  { keyring }: ApplyParts,
  reset: Reset,
): Promise<void> {
  const { accountId, device, at } = reset
  const account = device && (await findAccount(trx, accountId))
  if (!account) return
  await rememberDevice(trx, accountId, device, at)
  const tries = createSignInLimits(createLimits(trx), keyring, 0)
  await tries.forget(tries.keyOf(account.address, device), 0)
}

/** Ends flows that a weak method proved, and drops a held password. */
export async function endWeakFlows(
  trx: AccountTrx,
  methods: readonly RecoveryMethod[],
  accountId: string,
  at: Date,
): Promise<void> {
  await dropHold(trx, accountId)
  const weak = methods.filter(({ strength }) => strength === 'weak').map(({ id }) => id)
  await endFlows(trx, accountId, at, weak)
}

// Security: Nothing that was begun before a reset goes on after it.
export async function applyReset(trx: AccountTrx, parts: ApplyParts, reset: Reset): Promise<void> {
  const { accountId, provenBy: method, weak, password, at, client } = reset
  // Security: A reset by a contact voids earlier undo links of contacts, one by an answer does not.
  const voidsLinks = !weak && (await parts.methods.contactsOf(trx, accountId)).length > 0
  const replaces = voidsLinks ? await linksToReplace(trx, parts, accountId, at) : []
  await changePassword(trx, parts, { accountId, password, at, by: 'recovery', voidsLinks })
  await rememberBrowser(trx, parts, reset)
  await createOwnChangeLimit(createLimits(trx)).forget(accountId)
  if (weak) await startProbation(trx, accountId, probationEnd(parts, at))
  await doubtLateWays(trx, parts, { accountId, provenBy: method, at })
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'password.reset',
    details: { method },
    at,
    client,
  })
  await notifyOwner(trx, parts, {
    accountId,
    name: 'password-reset',
    params: { method },
    change: 'password.reset',
    replaces,
    at,
    client,
  })
}
