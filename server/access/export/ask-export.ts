import { randomUUID } from 'node:crypto'
import type { Trx } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { msPerDay, msPerHour, msPerSecond } from '#server/core/durations.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { createLimits } from '#server/kit/limits/limits.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import type { AccessParts } from '../parts.ts'
import { type AskedExport, insertExport, listExports, renewExport } from './store.ts'

export const makeTask = 'export:make'

/** Each one is a letter to every contact. */
const threeADay = { points: 3, seconds: msPerDay / msPerSecond }

/** A job that is not done by then may have given up. */
const lateMs = msPerHour

export const isLate = ({ askedAt, readyAt }: AskedExport, at: Date): boolean =>
  !readyAt && at.getTime() - askedAt.getTime() >= lateMs

export const exportEnd = ({ settings }: Pick<AccessParts, 'settings'>, at: Date): Date =>
  new Date(at.getTime() + settings.exportDays * msPerDay)

/** A job that waits, or has given up, begins its tries again. */
const enqueueExport = (trx: Trx, id: string): Promise<void> =>
  enqueue(trx, makeTask, { id }, { jobKey: `export:${id}` })

async function askAgain(
  trx: AccountTrx,
  parts: AccessParts,
  waiting: AskedExport,
  at: Date,
): Promise<void> {
  if (!isLate(waiting, at)) return
  await renewExport(trx, waiting.id, { at, expiresAt: exportEnd(parts, at) })
  await enqueueExport(trx, waiting.id)
}

export type Asked =
  | { readonly kind: 'asked' }
  | {
      readonly kind: 'limit'
      readonly retryAfterSeconds: number
    }

/**
 * @param form digest of the form, so that a second click is recognised
 * @throws StaleProof
 */
export async function askExport(
  parts: AccessParts,
  proof: AccountProof,
  client: ClientInfo,
  form: Buffer,
): Promise<Asked> {
  const { db, clock, keyring } = parts
  return await changeAccount(db, proof, async (trx, { id: accountId, epoch }) => {
    const at = clock.now()
    const asked = await listExports(trx, accountId, at)
    const waiting = asked.find(({ readyAt }) => !readyAt)
    if (waiting) {
      await askAgain(trx, parts, waiting, at)
      return { kind: 'asked' }
    }
    const taken = await takeForm(trx, form, at)
    if (taken.kind === 'again') return { kind: 'asked' }
    // Security: A deleted file counts like a kept one.
    const limit = createLimits(trx).limit('exports', threeADay)
    const counted = await limit.count(`${accountId}:${epoch}`)
    if (counted.kind === 'full')
      return { kind: 'limit', retryAfterSeconds: counted.retryAfterSeconds }
    const id = randomUUID()
    const expiresAt = exportEnd(parts, at)
    await insertExport(trx, { id, accountId, epoch, client, at, expiresAt })
    const about = { accountId, at, client }
    await recordActivity(trx, keyring, { ...about, event: 'export.asked', details: {} })
    await enqueueExport(trx, id)
    return { kind: 'asked' }
  })
}
