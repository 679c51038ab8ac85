// "This wasn't me": ends what a stranger may have. A contact's link also puts contacts back.
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
import { hashToken, newToken } from '#server/core/keys/secrets.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { notifyOwner } from '../contacts/notify-owner.ts'
import type { DeadLink } from '../dead-links/store.ts'
import { beginProvenFlow } from '../flow/begin-recovery.ts'
import type { RecoveryMethod } from '../flow/recovery-method.ts'
import { doubtLateWays } from '../methods/doubt-late-ways.ts'
import type { RecoveryMethods } from '../methods/methods.ts'
import { type ApplyParts, endWeakFlows, probationEnd } from '../reset/apply-reset.ts'
import { isUndoToken, linksToReplace } from './offer-undo.ts'
import { contactReaders, findUndo, spendUndo, type Undo, voidUndos } from './store.ts'
import { takeBack } from './take-back.ts'
import { findUndoFate } from './undo-fate.ts'
import { powerOf, type UndoPower } from './undo-power.ts'

export interface UndoChangeParts extends ApplyParts {
  readonly db: Db
  readonly hasher: PasswordHasher
  readonly methods: RecoveryMethods
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

export async function describeUndo(
  parts: Pick<UndoChangeParts, 'db' | 'keyring' | 'clock' | 'methods' | 'settings'>,
  token: string,
): Promise<DescribedUndo | undefined> {
  const { db, keyring, clock } = parts
  const undo = isUndoToken(token) ? await findUndo(db, keyring, hashToken(token)) : undefined
  if (!undo || undo.usedAt || undo.expiresAt <= clock.now()) return undefined
  return await db.transaction(async (trx) => {
    // Security: An undo link does nothing for a blocked account.
    const locked = await lockAccount(trx, proofOf(undo), 'allowed')
    if (locked.kind === 'stale') return undefined
    const power = await powerOf(trx, parts, undo, clock.now())
    return { undo, power, address: locked.account.address }
  })
}

export interface DeadUndo extends DeadLink {
  readonly address: string | undefined
}

export async function findDeadUndo(
  { db, keyring, clock }: Pick<UndoChangeParts, 'db' | 'keyring' | 'clock'>,
  token: string,
): Promise<DeadUndo | undefined> {
  const found = isUndoToken(token)
    ? await findUndoFate(db, keyring, hashToken(token), clock.now())
    : undefined
  if (!found) return undefined
  const { fate, at, accountId } = found
  // The notice that brought the link named the mailbox too.
  return { fate, at, address: (await findAccount(db, accountId))?.address }
}

/** `dead`: nothing happened. */
export type UsedUndo = { readonly kind: 'dead' | 'new-password' | 'sessions-ended' }

/**
 * @param keep gives the browser a token and returns its digest; called only where a flow begins
 * @throws BusyError where the queue for hashing is full; the link stays alive
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
  // Security: An undo voids the disputed password and leads to a new one.
  // A link that only ends sessions leaves the password as it is.
  const password =
    described.power === 'end-sessions' ? undefined : { plain, verifier: await hasher.hash(plain) }
  return await db.transaction(async (outer): Promise<UsedUndo> => {
    const at = clock.now()
    const locked = await lockAccount(outer, proofOf(described.undo), 'allowed')
    if (locked.kind === 'stale') return { kind: 'dead' }
    const { trx } = locked
    // A contact may have been linked or removed meanwhile.
    if ((await powerOf(trx, parts, described.undo, at)) !== described.power) return { kind: 'dead' }
    const undo = await spendUndo(trx, keyring, hashToken(token), at)
    if (!undo) return { kind: 'dead' }
    const { accountId, change } = undo
    const { client } = about
    const details = { change }
    await recordActivity(trx, keyring, { accountId, event: 'undo.used', details, at, client })
    if (!password) {
      await endDoubtful(trx, parts, accountId, at)
      return { kind: 'sessions-ended' }
    }
    await voidPassword(trx, parts, { undo, password, at, client })
    const account = await findAccount(trx, accountId)
    if (!account) throw new Error('an account went while it was locked')
    await beginProvenFlow(trx, keyring, {
      tokenHash: keep(),
      accountId,
      epoch: account.epoch,
      address: account.address,
      beginning: 'undo',
      provenBy: 'undo',
      ...about,
      at,
    })
    return { kind: 'new-password' }
  })
}

/** Begins no new epoch, so that recoveries by a contact go on. */
async function endDoubtful(
  trx: AccountTrx,
  parts: UndoChangeParts,
  accountId: string,
  at: Date,
): Promise<void> {
  await endSessions(trx, accountId)
  await endWeakFlows(trx, parts.recoveryMethods, accountId, at)
  await parts.life.signOut(trx, { accountId, at, withMailPrograms: true })
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
  await changePassword(trx, parts, { accountId, password, at, by: 'recovery', voidsLinks })
  // A contact's link proves more than an answer. The mailbox's link does not.
  if (voidsLinks) await endProbation(trx, accountId)
  else await startProbation(trx, accountId, probationEnd(parts, at))
  if (voidsLinks) {
    await voidUndos(trx, accountId, at)
    const known = [undo, ...replaces].flatMap(({ old }) => old ?? [])
    await takeBack(trx, parts, { undo, known, at, client })
    await doubtLateWays(trx, parts, { accountId, at })
  }
  await notifyOwner(trx, parts, {
    accountId,
    name: 'undo-used',
    params: {},
    change: 'undo.used',
    replaces,
    at,
    client,
  })
}
