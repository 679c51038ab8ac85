// What is done to app passwords. Each change and the job that brings it to the platform commit together.

import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { type NoticeParts, notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import type { MailService } from '../mail-platform/mail-platform.ts'
import { wantAppPasswords } from '../mailboxes/want-mailbox.ts'
import { digestOfAppPassword, newAppPassword } from './new-app-password.ts'
import {
  findByDigest,
  insertAppPassword,
  listKnownAppPasswords,
  markAllRevoked,
  markHeld,
  releaseAppPassword,
  revokeAppPassword,
} from './store.ts'

export interface AppPasswordParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
}

interface Change {
  readonly proof: AccountProof
  readonly client: ClientInfo
}

export const appPasswordsAtMost = 30

export type Created =
  | { readonly kind: 'created'; readonly id: string; readonly secret: string }
  | { readonly kind: 'full' }

class Full extends Error {
  override readonly name = 'Full'
}

/** Undoes the transaction of a second click: nothing is to be brought to the platform. */
class Made extends Error {
  override readonly name = 'Made'
  readonly id: string
  constructor(id: string) {
    super('made before')
    this.id = id
  }
}

/** The secret is in the answer and nowhere else. @throws StaleProof, as the others here that take a proof */
export async function createAppPassword(
  parts: AppPasswordParts & NoticeParts,
  wanted: Change & {
    readonly name: string
    readonly services: readonly MailService[]
    /** Of the form that asks: sent again, it gets the app password that it got, and no second one. */
    readonly form?: Buffer
  },
): Promise<Created> {
  const { db, clock, keyring } = parts
  const { proof, name, services, client, form } = wanted
  const { accountId } = proof
  // Security: the form alone is not enough to make the secret again, it takes our key.
  const seed =
    form &&
    keyring.digest('app-passwords.form', JSON.stringify([accountId, form.toString('base64url')]))
  const secret = newAppPassword(seed)
  const digest = digestOfAppPassword(secret)
  const at = clock.now()
  try {
    const id = await changeAccount(db, proof, async (trx) => {
      const revision = await wantAppPasswords(trx, { accountId, at, endSessions: false })
      // The mailbox is locked by now: of two clicks at once the second finds what the first has made.
      const made = await findByDigest(trx, accountId, digest)
      if (made) throw new Made(made)
      const added = { accountId, name, services, digest, revision, at }
      const inserted = await insertAppPassword(trx, added, appPasswordsAtMost)
      if (!inserted) throw new Full()
      const event = 'app-password.created'
      await recordActivity(trx, keyring, { accountId, event, details: { name }, at, client })
      const notice = {
        accountId,
        name: 'app-password-created',
        params: {},
        change: event,
        at,
        client,
      } as const
      await notifyOwner(trx, parts, { ...notice, lettersOnly: true })
      return inserted
    })
    return { kind: 'created', id, secret }
  } catch (fault) {
    if (fault instanceof Full) return { kind: 'full' }
    if (fault instanceof Made) return { kind: 'created', id: fault.id, secret }
    throw fault
  }
}

/** How it stands with the one that was asked for. */
export type Standing = 'opens' | 'revoked' | 'never-theirs'

/** Revoked before: nothing happens, and that is no fault. */
export async function revokeOne(
  parts: AppPasswordParts & NoticeParts,
  { proof, id, client }: Change & { id: string },
): Promise<Standing> {
  const at = parts.clock.now()
  const { accountId } = proof
  return await changeAccount(parts.db, proof, async (trx) => {
    const revoked = await revokeAppPassword(trx, accountId, id, at)
    if (!revoked) return await findStanding(trx, accountId, id)
    // Security: mail programs that are signed in with a revoked app password are cut.
    await wantAppPasswords(trx, { accountId, at, endSessions: !revoked.held })
    const details = { name: revoked.name }
    await recordActivity(trx, parts.keyring, {
      accountId,
      event: 'app-password.revoked',
      details,
      at,
      client,
    })
    await tellRevoked(trx, parts, { accountId, extent: 'one', at, client })
    return 'revoked'
  })
}

/** All at once, as their owner wants it. */
export async function revokeEvery(
  parts: AppPasswordParts & NoticeParts,
  { proof, client }: Change,
): Promise<void> {
  const at = parts.clock.now()
  const { accountId } = proof
  await changeAccount(parts.db, proof, async (trx) => {
    if ((await revokeAll(trx, parts, { accountId, at, client })) > 0)
      await tellRevoked(trx, parts, { accountId, extent: 'all', at, client })
  })
}

/** Security: whoever sits at somebody else's open page cannot cut their mail programs off in silence. */
async function tellRevoked(
  trx: AccountTrx,
  parts: NoticeParts,
  told: {
    readonly accountId: string
    readonly extent: 'one' | 'all'
    readonly at: Date
    readonly client: ClientInfo
  },
): Promise<void> {
  const { accountId, extent, at, client } = told
  const about = {
    accountId,
    params: { extent },
    change: 'app-password.revoked',
    at,
    client,
  } as const
  await notifyOwner(trx, parts, { ...about, name: 'app-password-revoked', lettersOnly: true })
}

/** All at once, in the caller's transaction, who tells it. @returns how many */
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
 * Security: no app password survives a reset by itself: it opens nothing until the owner, signed in with the new password, keeps it. For the
 * transaction of a change that brings the mailbox's new state to the platform anyway. @returns how many wait now
 */
export async function holdAppPasswords(
  trx: AccountTrx,
  { keyring }: Pick<AppPasswordParts, 'keyring'>,
  { accountId, at }: { accountId: string; at: Date },
): Promise<number> {
  const count = await markHeld(trx, accountId, at)
  if (count > 0)
    await recordActivity(trx, keyring, {
      accountId,
      event: 'app-password.held',
      details: { count },
      at,
    })
  return count
}

/**
 * A held one opens mail again. Kept before: nothing happens.
 * Security: of one that is revoked nobody is told that it opens mail.
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
    await recordActivity(trx, parts.keyring, {
      accountId,
      event: 'app-password.kept',
      details: { name },
      at,
      client,
    })
    return 'opens'
  })
}

async function findStanding(trx: AccountTrx, accountId: string, id: string): Promise<Standing> {
  const known = (await listKnownAppPasswords(trx, accountId)).get(id)
  if (!known) return 'never-theirs'
  return known.revokedAt ? 'revoked' : 'opens'
}
