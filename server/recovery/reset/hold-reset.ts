// SECURITY_QUESTION=hold: a job applies the new password days later, unless its owner objects.
import {
  type AccountTrx,
  changeAccount,
  changeAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { type ClientInfo, noClient } from '#server/core/client-info.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import { type NoticeParts, notifyOwner } from '../contacts/notify-owner.ts'
import { endFlows } from '../flow/store.ts'
import type { Asking } from '../methods/change-method.ts'
import { type ApplyParts, applyReset } from './apply-reset.ts'
import { dropHold, findHold, type Hold, listHolds, putHold, takeDueHold } from './hold-store.ts'

export { findHold }

export type HoldParts = ApplyParts

/** The method whose new passwords may be held. */
const holdingMethod = ({ methods }: HoldParts) => methods.list.find(({ hold }) => hold !== 'never')

const isSwitchedOff = (parts: HoldParts): boolean => holdingMethod(parts)?.isOffered !== true

const applyTask = 'recovery:apply-held'
const atOnce = 200

/** Holds the password. The caller has seen, under the account's lock, that none is held yet. */
export async function holdReset(trx: AccountTrx, parts: ApplyParts, hold: Hold): Promise<void> {
  const { accountId, client, madeAt: at, dueAt } = hold
  await putHold(trx, parts.keyring, hold)
  await endFlows(trx, accountId, at)
  const jobKey = `${applyTask}:${accountId}`
  await enqueue(trx, applyTask, { accountId }, { jobKey, runAt: dueAt })
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'password.reset-held',
    details: {},
    at,
    client,
  })
  await notifyOwner(trx, parts, {
    accountId,
    name: 'password-reset-held',
    params: { takesEffectAt: dueAt.toISOString() },
    change: 'password.reset-held',
    at,
    client,
  })
}

interface EndOfHold {
  readonly accountId: string
  readonly at: Date
  readonly by: 'owner' | 'service'
  readonly client?: ClientInfo
}

/** @returns whether a password was held */
export async function endHold(
  trx: AccountTrx,
  parts: NoticeParts,
  { accountId, at, by, client = noClient }: EndOfHold,
): Promise<boolean> {
  // A hold of an earlier epoch is dead already, so it goes without a notice.
  const held = await findHold(trx, accountId)
  await dropHold(trx, accountId)
  if (!held) return false
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'password.reset-stopped',
    details: {},
    at,
    client,
  })
  await notifyOwner(trx, parts, {
    accountId,
    name: 'password-reset-stopped',
    params: { by },
    change: 'password.reset-stopped',
    at,
    client,
    lettersOnly: true,
  })
  return true
}

/**
 * Security: After a held password was stopped, the same answer sets no second one.
 * @throws StaleProof
 */
export async function stopHold(parts: HoldParts, asking: Asking): Promise<void> {
  const { accountId, client } = asking
  await changeAccount(parts.db, asking, async (trx) => {
    const at = parts.clock.now()
    if (!(await endHold(trx, parts, { accountId, at, by: 'owner', client }))) return
    const method = holdingMethod(parts)
    if (!method || !(await method.sureSince(trx, accountId))) return
    await method.doubt(trx, accountId, at)
    await recordActivity(trx, parts.keyring, {
      accountId,
      event: `${method.id}.doubted`,
      details: {},
      at,
    })
  })
}

async function applyHeld(parts: HoldParts, accountId: string): Promise<void> {
  await changeAccountAsItStands(parts.db, accountId, async (trx) => {
    const at = parts.clock.now()
    // Security: Once questions are switched off, nothing that an answer opened goes on.
    const method = holdingMethod(parts)
    if (!method?.isOffered)
      return void (await endHold(trx, parts, { accountId, at, by: 'service' }))
    const hold = await takeDueHold(trx, parts.keyring, accountId, at)
    if (!hold) return
    const { password, device, client } = hold
    await applyReset(trx, parts, {
      accountId,
      provenBy: method.id,
      weak: true,
      password,
      device,
      at,
      client,
    })
  })
}

export const holdTasks = (parts: HoldParts): TaskList => ({
  [applyTask]: ({ accountId }) => applyHeld(parts, String(accountId)),
  // Finds holds whose own job was lost, or whose method was switched off.
  'recovery:sweep-held': async () => {
    const dueBy = isSwitchedOff(parts) ? 'any' : parts.clock.now()
    for (const accountId of await listHolds(parts.db, dueBy, atOnce))
      await applyHeld(parts, accountId)
  },
})
