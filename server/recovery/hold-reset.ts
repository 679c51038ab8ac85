// SECURITY_QUESTION=hold: the new password waits, everybody is told at once, and a job applies it when nobody objected.
import { type AccountTrx, changeAccount, changeAccountAsItStands } from '../accounts/change-account.ts'
import { recordActivity } from '../activity/store.ts'
import { tellOwner } from '../contacts/tell-owner.ts'
import { enqueue } from '../jobs/enqueue.ts'
import type { TaskList } from '../jobs/worker.ts'
import type { Asking } from '../recovery-methods/change-method.ts'
import { type ApplyParts, applyReset } from './apply-reset.ts'
import { dropHold, findHold, type Hold, listDueHolds, putHold, takeDueHold } from './hold-store.ts'
import { endFlows } from './store.ts'

export { findHold }

const applyTask = 'recovery:apply-held'
const atOnce = 200

/** Lets the password wait. The caller has seen, behind the account's door, that none waits already. */
export async function holdReset(trx: AccountTrx, parts: ApplyParts, hold: Hold): Promise<void> {
  const { accountId, trace, madeAt: at, dueAt } = hold
  await putHold(trx, parts.keyring, hold)
  await endFlows(trx, accountId, at)
  await enqueue(trx, applyTask, { accountId }, { jobKey: `${applyTask}:${accountId}`, runAt: dueAt })
  await recordActivity(trx, parts.keyring, { accountId, event: 'password.reset-held', details: {}, at, trace })
  const params = { takesEffectAt: dueAt.toISOString() }
  await tellOwner(trx, parts, {
    accountId,
    name: 'password-reset-held',
    params,
    change: 'password.reset-held',
    at,
    trace,
  })
}

/** Somebody who is signed in objects. Stopped meanwhile, or applied: nothing happens. @throws StaleProof */
export async function stopHold(parts: ApplyParts, asking: Asking): Promise<void> {
  const { accountId, trace } = asking
  await changeAccount(parts.db, asking, async (trx) => {
    if (!(await dropHold(trx, accountId))) return
    const at = parts.clock.now()
    await recordActivity(trx, parts.keyring, { accountId, event: 'password.reset-stopped', details: {}, at, trace })
    const notice = { name: 'password-reset-stopped', params: {}, change: 'password.reset-stopped' } as const
    await tellOwner(trx, parts, { accountId, ...notice, at, trace, lettersOnly: true })
  })
}

async function applyHeld(parts: ApplyParts, accountId: string): Promise<void> {
  await changeAccountAsItStands(parts.db, accountId, async (trx) => {
    const at = parts.clock.now()
    const hold = await takeDueHold(trx, parts.keyring, accountId, at)
    if (!hold) return
    const { password, device, trace } = hold
    await applyReset(trx, parts, { accountId, provenBy: 'security-question', weak: true, password, device, at, trace })
  })
}

export const holdTasks = (parts: ApplyParts): TaskList => ({
  [applyTask]: ({ accountId }) => applyHeld(parts, String(accountId)),
  // Every minute: nothing stays behind because its own job was lost.
  'recovery:sweep-held': async () => {
    for (const accountId of await listDueHolds(parts.db, parts.clock.now(), atOnce)) await applyHeld(parts, accountId)
  },
})
