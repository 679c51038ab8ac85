// "This wasn't me": ends what somebody else may hold, puts contacts back, and opens the way to a new password.
import type { Db, Trx } from '#db/connection.ts'
import { endProbation, findAccount, holdAccount, startProbation } from '../accounts/store.ts'
import type { Trace } from '../activity/events.ts'
import { recordActivity } from '../activity/store.ts'
import { tellOwner } from '../contacts/tell-owner.ts'
import { hashToken, isToken, newToken } from '../core/secrets.ts'
import type { Locale } from '../i18n/texts.ts'
import { changePassword } from '../password/change-password.ts'
import type { PasswordHasher } from '../password/hasher.ts'
import { type ApplyParts, endOpenWays, probationEnd } from '../recovery/apply-reset.ts'
import { beginProvenFlow } from '../recovery/begin-recovery.ts'
import type { ManagedMethod, ManagedMethods } from '../recovery-methods/managed-method.ts'
import { findUndo, listChangesSince, spendUndo, type Undo, voidUndosSince } from './store.ts'

export interface UndoChangeParts extends ApplyParts {
  readonly db: Db
  readonly hasher: PasswordHasher
  readonly methods: ManagedMethods
}

/** What the link is about, where it is alive. Looking never uses it up. */
export async function describeUndo(
  { db, keyring, clock }: Pick<UndoChangeParts, 'db' | 'keyring' | 'clock'>,
  token: string,
): Promise<Undo | undefined> {
  const undo = isToken(token) ? await findUndo(db, keyring, hashToken(token)) : undefined
  if (!undo || undo.usedAt || undo.expiresAt <= clock.now()) return undefined
  const account = await findAccount(db, undo.accountId)
  // Security: a blocked account has no way out by an old letter either.
  return account && !account.blockedAt && !account.closedAt ? undo : undefined
}

/**
 * Acts, in one transaction, and begins a flow that leads to a new password.
 * @param keep gives the browser a token and returns its digest; called where the link was alive
 * @returns false for a dead link
 * @throws BusyError where the line for hashing is full; the link stays alive
 */
export async function undoChange(
  parts: UndoChangeParts,
  token: string,
  about: { readonly locale: Locale; readonly trace: Trace },
  keep: () => Buffer,
): Promise<boolean> {
  const { db, keyring, clock, hasher } = parts
  const described = await describeUndo(parts, token)
  if (!described) return false
  const plain = newToken()
  // Security: the disputed password is void: nobody knows the one that takes its place.
  const password = { plain, verifier: await hasher.hash(plain) }
  return await db.transaction(async (trx) => {
    const at = clock.now()
    const { accountId } = described
    if (!(await holdAccount(trx, accountId))) return false
    const undo = await spendUndo(trx, keyring, hashToken(token), at)
    if (!undo) return false
    await changePassword(trx, parts, { accountId, password, at, voids: true })
    await endOpenWays(trx, accountId, at)
    await setProbation(trx, parts, undo, at)
    // Security: whoever reads the mailbox may be the stranger. A link that went there never disarms those that went to contacts.
    const told = undo.told === 'mailbox' ? ({ told: 'mailbox' } as const) : {}
    await voidUndosSince(trx, { accountId, since: undo.madeAt, at, ...told })
    await takeBack(trx, parts, undo, at, about.trace)
    const details = { change: undo.change }
    await recordActivity(trx, keyring, { accountId, event: 'undo.used', details, at, trace: about.trace })
    const account = await findAccount(trx, accountId)
    await beginProvenFlow(trx, keyring, {
      tokenHash: keep(),
      accountId,
      address: account?.address ?? '',
      beginning: 'undo',
      provenBy: 'undo',
      ...about,
      at,
    })
    return true
  })
}

/**
 * Security: whoever only reads the mailbox may be the stranger, by a stolen password or an app password, and cannot use a link from there
 * to change recovery methods. The holder of a contact has shown more than a question does.
 */
async function setProbation(trx: Trx, parts: UndoChangeParts, undo: Undo, at: Date): Promise<void> {
  if (undo.told === 'mailbox') await startProbation(trx, undo.accountId, probationEnd(parts, at))
  else await endProbation(trx, undo.accountId)
}

/** Brings each method back to how it was before the disputed change: what came later came from the same stranger. */
async function takeBack(trx: Trx, parts: UndoChangeParts, undo: Undo, at: Date, trace: Trace): Promise<void> {
  const { accountId } = undo
  const changes = await listChangesSince(trx, parts.keyring, accountId, undo.madeAt)
  for (const method of parts.methods.list) {
    const first = changes.find((each) => each.change.startsWith(`${method.id}.`))
    if (!first) continue
    const what = await revert(trx, method, first, at)
    if (what === 'kept') continue
    const { id } = method
    const contact = await method.findContact(trx, accountId)
    const change = `${id}.${what}` as const
    await recordActivity(trx, parts.keyring, { accountId, event: change, details: {}, at, trace })
    const notice = { accountId, change, params: { method: id }, at, trace, added: contact } as const
    await tellOwner(trx, parts, { name: `recovery-method-${what}`, ...notice })
  }
}

async function revert(trx: Trx, method: ManagedMethod, first: Undo, at: Date): Promise<'changed' | 'removed' | 'kept'> {
  const { accountId, old, change } = first
  const now = await method.findContact(trx, accountId)
  if (old) {
    if (now?.canonical === old.canonical) return 'kept'
    if (now) await method.remove(trx, accountId, at)
    if ((await method.restore(trx, accountId, old, at)) === 'restored') return 'changed'
    return now ? 'removed' : 'kept'
  }
  if (change.endsWith('.added') || !now) return (await method.distrust(trx, accountId, at)) ? 'removed' : 'kept'
  return 'kept'
}
