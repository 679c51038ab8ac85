// The last step of a flow spends the proof and sets or holds the new password, in one transaction.

import { type AccountTrx, lockAccount } from '#server/accounts/accounts/change-account.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import type { NewPassword } from '#server/accounts/life/account-life.ts'
import {
  isPresentPassword,
  judgeNewPassword,
  type NewPasswordRefusal,
  type PasswordRuleParts,
} from '#server/accounts/password/change-password.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { methodFlowOf } from '../flow/method-flow.ts'
import type { RecoveryMethod } from '../flow/recovery-method.ts'
import { endFlow, type Flow, finishFlow } from '../flow/store.ts'
import { type ApplyParts, applyReset, probationEnd } from './apply-reset.ts'
import { holdReset } from './hold-reset.ts'
import { findHeldVerifier, findHold } from './hold-store.ts'

export interface ResetParts extends ApplyParts, PasswordRuleParts {
  readonly methods: ApplyParts['methods'] & PasswordRuleParts['methods']
  readonly recoveryMethods: readonly RecoveryMethod[]
  readonly settings: ApplyParts['settings'] & PasswordRuleParts['settings']
}

export type ResetOutcome =
  | { readonly kind: 'done' | 'held' }
  /** Another password is held already, and this one does not replace it. */
  | { readonly kind: 'waits-already'; readonly dueAt: Date }
  | { readonly kind: 'refused'; readonly reason: NewPasswordRefusal }
  | { readonly kind: 'dead-link' }
  /** The flow has moved or died, or was never proven. */
  | { readonly kind: 'moved' }

const methodOf = (
  parts: Pick<ResetParts, 'recoveryMethods'>,
  { provenBy }: Flow,
): RecoveryMethod | undefined => parts.recoveryMethods.find(({ id }) => id === provenBy)

/** Whether the password of this flow will be held. */
export const willWait = (parts: Pick<ResetParts, 'recoveryMethods'>, flow: Flow): boolean =>
  methodOf(parts, flow)?.hold === 'always'

interface Chosen {
  readonly password: NewPassword
  readonly client: ClientInfo
  readonly keepDevice: (() => Buffer) | undefined
}

async function setOrHold(
  trx: AccountTrx,
  parts: ResetParts,
  flow: Flow,
  proven: { readonly accountId: string; readonly epoch: number; readonly at: Date },
  { password, client, keepDevice }: Chosen,
): Promise<ResetOutcome> {
  const { accountId, epoch, at } = proven
  const method = methodOf(parts, flow)
  const waits = willWait(parts, flow)
  const first = waits ? await findHold(trx, accountId) : undefined
  if (first) return { kind: 'waits-already', dueAt: first.dueAt }
  const dueAt = waits ? probationEnd(parts, at) : null
  const step = waits ? 'hold-password' : 'set-password'
  if (!(await finishFlow(trx, flow.id, step, at, dueAt))) return { kind: 'moved' }
  // A method that was switched off meanwhile is not found, so its proof is worth nothing.
  const strength =
    flow.provenBy === 'undo'
      ? 'strong'
      : await method?.settle(trx, methodFlowOf(flow, at), flow.proofHash)
  if (!strength) {
    await endFlow(trx, flow.id, at)
    return { kind: 'dead-link' }
  }
  const device = keepDevice?.()
  if (dueAt) {
    const hold = { accountId, epoch, flowId: flow.id, password, device, client, madeAt: at, dueAt }
    await holdReset(trx, parts, hold)
    return { kind: 'held' }
  }
  const weak = strength === 'weak'
  const provenBy = method?.id ?? 'undo'
  await applyReset(trx, parts, { accountId, provenBy, weak, password, device, at, client })
  return { kind: 'done' }
}

/**
 * @param keepDevice gives the browser its device token and returns the digest
 * @throws BusyError where the queue for hashing is full; the flow stays as it is
 */
export async function resetPassword(
  parts: ResetParts,
  flow: Flow,
  typed: string,
  client: ClientInfo,
  keepDevice?: () => Buffer,
): Promise<ResetOutcome> {
  const { accountId, epoch, address, provenBy } = flow
  if (flow.state !== 'proven' || !accountId || epoch === null || !address || !provenBy)
    return { kind: 'moved' }
  const judged = await judgeNewPassword(parts, { id: accountId, address }, typed, 'recovery')
  if (judged.kind === 'refused') return judged
  const password = { plain: judged.password, verifier: await parts.hasher.hash(judged.password) }
  return await parts.db.transaction(async (outer): Promise<ResetOutcome> => {
    const proven = { accountId, epoch, at: parts.clock.now() }
    const locked = await lockAccount(outer, proven, 'allowed')
    if (locked.kind === 'stale') return { kind: 'moved' }
    return await setOrHold(locked.trx, parts, flow, proven, { password, client, keepDevice })
  })
}

/**
 * Security: A form that is sent again tells nothing about a later password.
 * @throws BusyError where the queue for hashing is full
 */
export async function endedWithPassword(
  parts: ResetParts,
  flow: Flow,
  typed: string,
): Promise<boolean> {
  const { accountId, epoch } = flow
  if (!accountId || epoch === null) return false
  const held = await findHeldVerifier(parts.db, flow.id)
  if (held) return await parts.hasher.verify(held, typed)
  const account = await findAccount(parts.db, accountId)
  return account?.epoch === epoch + 1 && (await isPresentPassword(parts, accountId, typed))
}
