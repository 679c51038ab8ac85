// SECURITY_QUESTION=hold: the new password waits, everybody is told at once, and a job applies it when nobody objected.

import {
  type AccountTrx,
  changeAccount,
  changeAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { type ClientInfo, noClient } from '#server/core/client-info.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import type { RawSettings } from '#server/kit/settings/settings.ts'
import { type NoticeParts, notifyOwner } from '../contacts/notify-owner.ts'
import type { Asking } from '../methods/change-method.ts'
import { type ApplyParts, applyReset } from './apply-reset.ts'
import { dropHold, findHold, type Hold, listHolds, putHold, takeDueHold } from './hold-store.ts'
import { endFlows } from './store.ts'

export { findHold }

export interface HoldParts extends ApplyParts {
  readonly settings: ApplyParts['settings'] & Pick<RawSettings, 'securityQuestion'>
}

/** The one method whose passwords wait. */
const provenBy = 'security-question'

const isClosed = ({ settings }: HoldParts): boolean => settings.securityQuestion === 'off'

const applyTask = 'recovery:apply-held'
const atOnce = 200

/** Lets the password wait. The caller has seen, behind the account's door, that none waits already. */
export async function holdReset(trx: AccountTrx, parts: ApplyParts, hold: Hold): Promise<void> {
  const { accountId, client, madeAt: at, dueAt } = hold
  await putHold(trx, parts.keyring, hold)
  await endFlows(trx, accountId, at)
  await enqueue(
    trx,
    applyTask,
    { accountId },
    { jobKey: `${applyTask}:${accountId}`, runAt: dueAt },
  )
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'password.reset-held',
    details: {},
    at,
    client,
  })
  const params = { takesEffectAt: dueAt.toISOString() }
  await notifyOwner(trx, parts, {
    accountId,
    name: 'password-reset-held',
    params,
    change: 'password.reset-held',
    at,
    client,
  })
}

interface EndOfHold {
  readonly accountId: string
  readonly at: Date
  /** Somebody who is signed in, or the service, which asks no questions any more. */
  readonly by: 'owner' | 'service'
  readonly client?: ClientInfo
}

/**
 * Ends the wait of a password, records it and tells the owner. Nothing waits, or not any more: nothing happens.
 * @returns whether one waited
 */
export async function endHold(
  trx: AccountTrx,
  parts: NoticeParts,
  { accountId, at, by, client = noClient }: EndOfHold,
): Promise<boolean> {
  // One of an earlier epoch is dead already: it goes without a word.
  const waits = await findHold(trx, accountId)
  await dropHold(trx, accountId)
  if (!waits) return false
  await recordActivity(trx, parts.keyring, {
    accountId,
    event: 'password.reset-stopped',
    details: {},
    at,
    client,
  })
  const notice = {
    name: 'password-reset-stopped',
    params: { by },
    change: 'password.reset-stopped',
  } as const
  await notifyOwner(trx, parts, { accountId, ...notice, at, client, lettersOnly: true })
  return true
}

/**
 * Somebody who is signed in objects. Stopped meanwhile, or applied: nothing happens.
 * Security: somebody else knows the answer then. It opens nothing until its owner sets the question again.
 * @throws StaleProof
 */
export async function stopHold(parts: HoldParts, asking: Asking): Promise<void> {
  const { accountId, client } = asking
  await changeAccount(parts.db, asking, async (trx) => {
    const at = parts.clock.now()
    if (!(await endHold(trx, parts, { accountId, at, by: 'owner', client }))) return
    const question = parts.methods.list.find(({ id }) => id === provenBy)
    if (!(await question?.sureSince(trx, accountId))) return
    await question?.doubt(trx, accountId, at)
    await recordActivity(trx, parts.keyring, {
      accountId,
      event: `${provenBy}.doubted`,
      details: {},
      at,
    })
  })
}

async function applyHeld(parts: HoldParts, accountId: string): Promise<void> {
  await changeAccountAsItStands(parts.db, accountId, async (trx) => {
    const at = parts.clock.now()
    // Security: where the operator has closed the door, what came in by it does not go on.
    if (isClosed(parts)) return void (await endHold(trx, parts, { accountId, at, by: 'service' }))
    const hold = await takeDueHold(trx, parts.keyring, accountId, at)
    if (!hold) return
    const { password, device, client } = hold
    await applyReset(trx, parts, { accountId, provenBy, weak: true, password, device, at, client })
  })
}

export const holdTasks = (parts: HoldParts): TaskList => ({
  [applyTask]: ({ accountId }) => applyHeld(parts, String(accountId)),
  // Every minute: nothing stays behind because its own job was lost, or because its door was closed.
  'recovery:sweep-held': async () => {
    const dueBy = isClosed(parts) ? 'any' : parts.clock.now()
    for (const accountId of await listHolds(parts.db, dueBy, atOnce))
      await applyHeld(parts, accountId)
  },
})
