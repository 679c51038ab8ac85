// "This wasn't me": ends what somebody else may hold. A contact's link also puts contacts back and opens the way to a new password.

import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  lockAccount,
} from '#server/accounts/accounts/change-account.ts'
import { endProbation, findAccount, startProbation } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { changePassword } from '#server/accounts/password/change-password.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import { endSessions } from '#server/accounts/sessions/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { hashToken, isToken, newToken } from '#server/core/keys/secrets.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { holdFilters } from '#server/mail/filters/hold-filters.ts'
import { wantAppPasswords } from '#server/mail/mailboxes/want-mailbox.ts'
import { notifyOwner } from '../contacts/notify-owner.ts'
import { type ApplyParts, endOpenWays, endWeakWays, probationEnd } from '../flow/apply-reset.ts'
import { beginProvenFlow } from '../flow/begin-recovery.ts'
import type { RecoveryMethod } from '../flow/recovery-method.ts'
import { doubtLateWays } from '../methods/doubt-late-ways.ts'
import type { ManagedMethods } from '../methods/managed-method.ts'
import { linksToReplace } from './offer-undo.ts'
import { contactReaders, findUndo, spendUndo, type Undo, voidUndos } from './store.ts'
import { takeBack } from './take-back.ts'
import { powerOf, type UndoPower } from './undo-power.ts'

export interface UndoChangeParts extends ApplyParts {
  readonly db: Db
  readonly hasher: PasswordHasher
  readonly methods: ManagedMethods
  readonly recoveryMethods: readonly RecoveryMethod[]
}

export interface DescribedUndo {
  readonly undo: Undo
  readonly power: UndoPower
  readonly address: string
}

const isOfContact = (undo: Undo) => contactReaders.includes(undo.reader)

const proofOf = (undo: Undo): AccountProof => ({
  accountId: undo.accountId,
  epoch: undo.epoch,
  isContactLink: isOfContact(undo),
})

/** What the link is about, where it is alive. Looking never uses it up. */
export async function describeUndo(
  parts: Pick<UndoChangeParts, 'db' | 'keyring' | 'clock' | 'methods' | 'settings'>,
  token: string,
): Promise<DescribedUndo | undefined> {
  const { db, keyring, clock } = parts
  const undo = isToken(token) ? await findUndo(db, keyring, hashToken(token)) : undefined
  if (!undo || undo.usedAt || undo.expiresAt <= clock.now()) return undefined
  return await db.transaction(async (trx) => {
    // Security: a blocked account has no way out by an old letter either.
    const locked = await lockAccount(trx, proofOf(undo), 'allowed')
    if (locked.kind === 'stale') return undefined
    return {
      undo,
      power: await powerOf(trx, parts, undo, clock.now()),
      address: locked.account.address,
    }
  })
}

/**
 * The mailbox that a link was ever about, dead or alive; undefined for a link that nobody was sent, or that is long gone.
 * For saying it to whoever holds the link: the message that brought it named the mailbox too.
 */
export async function findMailboxOfLink(
  { db, keyring }: Pick<UndoChangeParts, 'db' | 'keyring'>,
  token: string,
): Promise<string | undefined> {
  const undo = isToken(token) ? await findUndo(db, keyring, hashToken(token)) : undefined
  return undo && (await findAccount(db, undo.accountId))?.address
}

/** How the link was used. `dead`: nothing happened. */
export type UsedUndo = { readonly kind: 'dead' | 'new-password' | 'sessions-ended' }

/**
 * Acts, in one transaction. A link that gives a new password begins a flow that leads to it.
 * @param keep gives the browser a token and returns its digest; called where a flow begins
 * @throws BusyError where the line for hashing is full; the link stays alive
 */
export async function undoChange(
  parts: UndoChangeParts,
  token: string,
  about: { readonly locale: Locale; readonly client: ClientInfo },
  keep: () => Buffer,
): Promise<UsedUndo> {
  const { db, keyring, clock, hasher } = parts
  const described = await describeUndo(parts, token)
  if (!described) return { kind: 'dead' }
  const plain = newToken()
  // Security: the disputed password is void: nobody knows the one that takes its place.
  const password =
    described.power === 'end-sessions' ? undefined : { plain, verifier: await hasher.hash(plain) }
  return await db.transaction(async (outer): Promise<UsedUndo> => {
    const at = clock.now()
    const locked = await lockAccount(outer, proofOf(described.undo), 'allowed')
    if (locked.kind === 'stale') return { kind: 'dead' }
    const { trx } = locked
    // A contact that was linked or removed meanwhile changes what the link can do.
    if ((await powerOf(trx, parts, described.undo, at)) !== described.power) return { kind: 'dead' }
    const undo = await spendUndo(trx, keyring, hashToken(token), at)
    if (!undo) return { kind: 'dead' }
    const { accountId, change } = undo
    const entry = {
      accountId,
      event: 'undo.used',
      details: { change },
      at,
      client: about.client,
    } as const
    await recordActivity(trx, keyring, entry)
    if (!password) {
      await endDoubtful(trx, parts, accountId, at)
      return { kind: 'sessions-ended' }
    }
    await voidPassword(trx, parts, { undo, password, at, client: about.client })
    const account = await findAccount(trx, accountId)
    if (!account) throw new Error('an account went while it was held')
    const { epoch, address } = account
    const flow = { tokenHash: keep(), accountId, epoch, address, provenBy: 'undo', ...about, at }
    await beginProvenFlow(trx, keyring, { ...flow, beginning: 'undo' })
    return { kind: 'new-password' }
  })
}

/** Sessions, mail programs that are connected, and what was proven by what others may know. The epoch stays: contacts' ways go on. */
async function endDoubtful(
  trx: AccountTrx,
  parts: UndoChangeParts,
  accountId: string,
  at: Date,
): Promise<void> {
  await endSessions(trx, accountId)
  await wantAppPasswords(trx, { accountId, at, endSessions: true })
  await holdFilters(trx, { accountId, at })
  await endWeakWays(trx, parts.recoveryMethods, accountId, at)
  await doubtLateWays(trx, parts, { accountId, at })
}

async function voidPassword(
  trx: AccountTrx,
  parts: UndoChangeParts,
  by: { undo: Undo; password: { plain: string; verifier: string }; at: Date; client: ClientInfo },
): Promise<void> {
  const { undo, password, at, client } = by
  const { accountId } = undo
  const voidsLinks = isOfContact(undo)
  const replaces = voidsLinks ? await linksToReplace(trx, parts, accountId, at) : []
  await changePassword(trx, parts, { accountId, password, at, voidsLinks })
  await endOpenWays(trx, accountId, at)
  // The holder of a contact has shown more than a question does. Who only reads the mailbox has not.
  if (voidsLinks) await endProbation(trx, accountId)
  else await startProbation(trx, accountId, probationEnd(parts, at))
  if (voidsLinks) {
    await voidUndos(trx, accountId, at)
    const known = [undo, ...replaces].flatMap(({ old }) => old ?? [])
    await takeBack(trx, parts, { undo, known, at, client })
    await doubtLateWays(trx, parts, { accountId, at })
  }
  const notice = { accountId, name: 'undo-used', params: {}, change: 'undo.used' } as const
  await notifyOwner(trx, parts, { ...notice, replaces, at, client })
}
