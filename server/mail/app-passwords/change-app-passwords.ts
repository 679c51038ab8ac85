// Revokes, holds and keeps app passwords.
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { type NoticeParts, notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import { wantAppPasswords } from '../mailboxes/want-mailbox.ts'
import type { AppPasswordParts } from './create-app-password.ts'
import {
  listKnownAppPasswords,
  markAllRevoked,
  markHeld,
  releaseAppPassword,
  revokeAppPassword,
} from './store.ts'

interface Change {
  readonly proof: AccountProof
  readonly client: ClientInfo
}

/** How an app password stands after its owner asked to keep or revoke it. */
export type Standing = 'opens' | 'revoked' | 'never-theirs'

/** Revoking twice changes nothing and is no fault. @throws StaleProof */
export async function revokeOne(
  parts: AppPasswordParts & NoticeParts,
  { proof, id, client }: Change & { id: string },
): Promise<Standing> {
  const at = parts.clock.now()
  const { accountId } = proof
  return await changeAccount(parts.db, proof, async (trx) => {
    const revoked = await revokeAppPassword(trx, accountId, id, at)
    if (!revoked) return await findStanding(trx, accountId, id)
    // Security: A revoked app password ends the sessions of mail programs.
    await wantAppPasswords(trx, { accountId, at, endSessions: !revoked.held })
    const event = 'app-password.revoked'
    const details = { name: revoked.name }
    await recordActivity(trx, parts.keyring, { accountId, event, details, at, client })
    await notifyRevoked(trx, parts, { accountId, extent: 'one', at, client })
    return 'revoked'
  })
}

/** @throws StaleProof */
export async function revokeEvery(
  parts: AppPasswordParts & NoticeParts,
  { proof, client }: Change,
): Promise<void> {
  const at = parts.clock.now()
  const { accountId } = proof
  await changeAccount(parts.db, proof, async (trx) => {
    const count = await revokeAll(trx, parts, { accountId, at, client })
    if (count > 0) await notifyRevoked(trx, parts, { accountId, extent: 'all', at, client })
  })
}

interface Revoked {
  readonly accountId: string
  readonly extent: 'one' | 'all'
  readonly at: Date
  readonly client: ClientInfo
}

/** Security: Revoking app passwords asks for a recent password and notifies the owner. */
async function notifyRevoked(trx: AccountTrx, parts: NoticeParts, revoked: Revoked): Promise<void> {
  const { accountId, extent, at, client } = revoked
  await notifyOwner(trx, parts, {
    accountId,
    name: 'app-password-revoked',
    params: { extent },
    change: 'app-password.revoked',
    at,
    client,
    lettersOnly: true,
  })
}

/** Sends no notice: the caller does. @returns how many were revoked */
export async function revokeAll(
  trx: AccountTrx,
  { keyring }: Pick<AppPasswordParts, 'keyring'>,
  { accountId, at, client }: { accountId: string; at: Date; client?: ClientInfo },
): Promise<number> {
  const count = await markAllRevoked(trx, accountId, at)
  if (count === 0) return 0
  await wantAppPasswords(trx, { accountId, at, endSessions: true })
  const entry = { event: 'app-password.all-revoked', details: { count } } as const
  await recordActivity(trx, keyring, { accountId, ...entry, at, ...(client ? { client } : {}) })
  return count
}

/**
 * Security: After a reset, no app password opens mail until its owner keeps it.
 * The caller enqueues the job for the platform. @returns how many it holds
 */
export async function holdAppPasswords(
  trx: AccountTrx,
  { keyring }: Pick<AppPasswordParts, 'keyring'>,
  { accountId, at }: { accountId: string; at: Date },
): Promise<number> {
  const count = await markHeld(trx, accountId, at)
  if (count === 0) return 0
  const event = 'app-password.held'
  await recordActivity(trx, keyring, { accountId, event, details: { count }, at })
  return count
}

/**
 * Security: Keeping a revoked app password does not claim that it opens mail.
 * @throws StaleProof
 */
export async function keepOne(
  parts: AppPasswordParts,
  { proof, id, client }: Change & { id: string },
): Promise<Standing> {
  const at = parts.clock.now()
  const { accountId } = proof
  return await changeAccount(parts.db, proof, async (trx) => {
    const revision = await wantAppPasswords(trx, { accountId, at, endSessions: false })
    const name = await releaseAppPassword(trx, accountId, id, revision)
    if (name === undefined) return await findStanding(trx, accountId, id)
    const event = 'app-password.kept'
    await recordActivity(trx, parts.keyring, { accountId, event, details: { name }, at, client })
    return 'opens'
  })
}

async function findStanding(trx: AccountTrx, accountId: string, id: string): Promise<Standing> {
  const known = (await listKnownAppPasswords(trx, accountId)).get(id)
  if (!known) return 'never-theirs'
  return known.revokedAt ? 'revoked' : 'opens'
}
