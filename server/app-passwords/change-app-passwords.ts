// What is done to app passwords. Each change and the job that brings it to the platform commit together.
import type { Db } from '#db/connection.ts'
import { type AccountProof, type AccountTrx, changeAccount } from '../accounts/change-account.ts'
import type { Trace } from '../activity/events.ts'
import { recordActivity } from '../activity/store.ts'
import { type NoticeParts, tellOwner } from '../contacts/tell-owner.ts'
import type { Clock } from '../core/clock.ts'
import type { Keyring } from '../core/keyring.ts'
import type { MailService } from '../mail-platform/mail-platform.ts'
import { wantAppPasswords } from '../mailboxes/want-mailbox.ts'
import { digestOfAppPassword, newAppPassword } from './new-app-password.ts'
import { insertAppPassword, markAllRevoked, markHeld, releaseAppPassword, revokeAppPassword } from './store.ts'

export interface AppPasswordParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
}

interface Change {
  readonly proof: AccountProof
  readonly trace: Trace
}

export const appPasswordsAtMost = 30

export type Created =
  | { readonly kind: 'created'; readonly id: string; readonly secret: string }
  | { readonly kind: 'full' }

class Full extends Error {
  override readonly name = 'Full'
}

/** The secret is in the answer and nowhere else. @throws StaleProof, as the others here that take a proof */
export async function createAppPassword(
  parts: AppPasswordParts & NoticeParts,
  wanted: Change & { readonly name: string; readonly services: readonly MailService[] },
): Promise<Created> {
  const { db, clock, keyring } = parts
  const { proof, name, services, trace } = wanted
  const { accountId } = proof
  const secret = newAppPassword()
  const at = clock.now()
  try {
    const id = await changeAccount(db, proof, async (trx) => {
      const revision = await wantAppPasswords(trx, { accountId, at, endSessions: false })
      const added = { accountId, name, services, digest: digestOfAppPassword(secret), revision, at }
      const inserted = await insertAppPassword(trx, added, appPasswordsAtMost)
      if (!inserted) throw new Full()
      const event = 'app-password.created'
      await recordActivity(trx, keyring, { accountId, event, details: { name }, at, trace })
      const notice = { accountId, name: 'app-password-created', params: {}, change: event, at, trace } as const
      await tellOwner(trx, parts, { ...notice, lettersOnly: true })
      return inserted
    })
    return { kind: 'created', id, secret }
  } catch (fault) {
    if (fault instanceof Full) return { kind: 'full' }
    throw fault
  }
}

/** Revoked meanwhile, or never theirs: nothing happens, and that is no fault. */
export async function revokeOne(parts: AppPasswordParts, { proof, id, trace }: Change & { id: string }) {
  const at = parts.clock.now()
  const { accountId } = proof
  await changeAccount(parts.db, proof, async (trx) => {
    const revoked = await revokeAppPassword(trx, accountId, id, at)
    if (!revoked) return
    // Security: mail programs that are signed in with a revoked app password are cut.
    await wantAppPasswords(trx, { accountId, at, endSessions: !revoked.held })
    const details = { name: revoked.name }
    await recordActivity(trx, parts.keyring, { accountId, event: 'app-password.revoked', details, at, trace })
  })
}

/** All at once, in the caller's transaction. @returns how many */
export async function revokeAll(
  trx: AccountTrx,
  { keyring }: Pick<AppPasswordParts, 'keyring'>,
  { accountId, at, trace }: { accountId: string; at: Date; trace?: Trace },
): Promise<number> {
  const count = await markAllRevoked(trx, accountId, at)
  if (count === 0) return 0
  await wantAppPasswords(trx, { accountId, at, endSessions: true })
  const entry = { event: 'app-password.all-revoked', details: { count } } as const
  await recordActivity(trx, keyring, { accountId, ...entry, at, ...(trace ? { trace } : {}) })
  return count
}

/**
 * Security: no app password survives a reset by itself: it opens nothing until the owner, signed in with the new password, keeps it. For the
 * transaction of a change that brings the mailbox's new state to the platform anyway. @returns how many wait now
 */
export async function holdAppPasswords(
  trx: AccountTrx,
  { keyring }: Pick<AppPasswordParts, 'keyring'>,
  { accountId, at }: { accountId: string; at: Date },
): Promise<number> {
  const count = await markHeld(trx, accountId, at)
  if (count > 0) await recordActivity(trx, keyring, { accountId, event: 'app-password.held', details: { count }, at })
  return count
}

/** A held one opens mail again. */
export async function keepOne(parts: AppPasswordParts, { proof, id, trace }: Change & { id: string }) {
  const at = parts.clock.now()
  const { accountId } = proof
  await changeAccount(parts.db, proof, async (trx) => {
    const revision = await wantAppPasswords(trx, { accountId, at, endSessions: false })
    const name = await releaseAppPassword(trx, accountId, id, revision)
    if (name === undefined) return
    await recordActivity(trx, parts.keyring, { accountId, event: 'app-password.kept', details: { name }, at, trace })
  })
}
