// The last step: a new password by a proof of this very flow, with everything that follows from it, or nothing.

import { lockAccount } from '#server/accounts/accounts/change-account.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import {
  isPresentPassword,
  judgeNewPassword,
  type NewPasswordRefusal,
  type PasswordRuleParts,
} from '#server/accounts/password/change-password.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { RawSettings } from '#server/kit/settings/settings.ts'
import { type ApplyParts, applyReset, probationEnd } from './apply-reset.ts'
import { holdReset } from './hold-reset.ts'
import { findHeldVerifier, findHold } from './hold-store.ts'
import { methodFlowOf } from './method-flow.ts'
import type { RecoveryMethod } from './recovery-method.ts'
import { endFlow, type Flow, finishFlow } from './store.ts'

export interface ResetParts extends ApplyParts, PasswordRuleParts {
  readonly methods: ApplyParts['methods'] & PasswordRuleParts['methods']
  readonly recoveryMethods: readonly RecoveryMethod[]
  readonly settings: ApplyParts['settings'] &
    PasswordRuleParts['settings'] &
    Pick<RawSettings, 'securityQuestion'>
}

export type ResetOutcome =
  | { readonly kind: 'done' | 'held' }
  /** Another one waits already, and this one does not take its place. */
  | { readonly kind: 'waits-already'; readonly dueAt: Date }
  | { readonly kind: 'refused'; readonly reason: NewPasswordRefusal }
  /** The link that opened the flow is dead by now. */
  | { readonly kind: 'dead-link' }
  /** The flow moved, died or was never proven. */
  | { readonly kind: 'moved' }

const methodOf = (
  parts: Pick<ResetParts, 'recoveryMethods'>,
  { provenBy }: Flow,
): RecoveryMethod | undefined => parts.recoveryMethods.find(({ id }) => id === provenBy)

/** Whether a password that is set by this flow waits, instead of working at once. */
export const willWait = (
  parts: Pick<ResetParts, 'recoveryMethods' | 'settings'>,
  flow: Flow,
): boolean =>
  methodOf(parts, flow)?.strength === 'weak' && parts.settings.securityQuestion === 'hold'

/**
 * @param keepDevice gives the browser its cookie and returns the digest to remember; called where the password is set or will be
 * @throws BusyError where the line for hashing is full; the flow stays as it is
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
  const method = methodOf(parts, flow)
  const waits = willWait(parts, flow)
  return await parts.db.transaction(async (outer): Promise<ResetOutcome> => {
    const at = parts.clock.now()
    const locked = await lockAccount(outer, { accountId, epoch }, 'allowed')
    if (locked.kind === 'stale') return { kind: 'moved' }
    const { trx } = locked
    const first = waits ? await findHold(trx, accountId) : undefined
    if (first) return { kind: 'waits-already', dueAt: first.dueAt }
    const dueAt = waits ? probationEnd(parts, at) : null
    if (!(await finishFlow(trx, flow.id, waits ? 'hold-password' : 'set-password', at, dueAt)))
      return { kind: 'moved' }
    // Security: the proof of a method that is switched off meanwhile is worth nothing.
    const worth =
      provenBy === 'undo'
        ? 'strong'
        : await method?.settle(trx, methodFlowOf(flow, at), flow.proofHash)
    if (!worth) {
      await endFlow(trx, flow.id, at)
      return { kind: 'dead-link' }
    }
    const device = keepDevice?.()
    if (dueAt) {
      await holdReset(trx, parts, {
        accountId,
        epoch,
        flowId: flow.id,
        password,
        device,
        client,
        madeAt: at,
        dueAt,
      })
      return { kind: 'held' }
    }
    const weak = worth === 'weak'
    await applyReset(trx, parts, {
      accountId,
      provenBy: method?.id ?? 'undo',
      weak,
      password,
      device,
      at,
      client,
    })
    return { kind: 'done' }
  })
}

/**
 * Whether the flow has ended with the very password that is typed now, as with a second click.
 * Security: compared only while nobody but the holder of the flow can have chosen that password, so nobody guesses here.
 * @throws BusyError where the line for hashing is full
 */
export async function endedWith(parts: ResetParts, flow: Flow, typed: string): Promise<boolean> {
  const { accountId, epoch } = flow
  if (!accountId || epoch === null) return false
  const held = await findHeldVerifier(parts.db, flow.id)
  if (held) return await parts.hasher.verify(held, typed)
  const account = await findAccount(parts.db, accountId)
  return account?.epoch === epoch + 1 && (await isPresentPassword(parts, accountId, typed))
}
