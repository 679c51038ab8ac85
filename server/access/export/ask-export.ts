import { randomUUID } from 'node:crypto'
import { type AccountProof, changeAccount } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { msPerDay, msPerSecond } from '#server/core/durations.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import type { AccessParts } from '../parts.ts'
import { insertExport, listExports } from './store.ts'

export const makeTask = 'export:make'

/** Each one is a letter to every contact. */
const mostPerDay = 3

export const exportEnd = ({ settings }: Pick<AccessParts, 'settings'>, at: Date): Date =>
  new Date(at.getTime() + settings.exportDays * msPerDay)

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
  return await changeAccount(db, proof, async (trx, account) => {
    const accountId = account.id
    const at = clock.now()
    const asked = await listExports(trx, accountId, at)
    if (asked.some(({ readyAt }) => !readyAt)) return { kind: 'asked' }
    const taken = await takeForm(trx, form, at)
    if (taken.kind === 'again') return { kind: 'asked' }
    const before = asked[mostPerDay - 1]
    const waitMs = before ? before.askedAt.getTime() + msPerDay - at.getTime() : 0
    if (waitMs > 0)
      return {
        kind: 'limit',
        retryAfterSeconds: waitMs / msPerSecond,
      }
    const id = randomUUID()
    await insertExport(trx, {
      id,
      accountId,
      epoch: account.epoch,
      client,
      at,
      expiresAt: exportEnd(parts, at),
    })
    await recordActivity(trx, keyring, {
      accountId,
      event: 'export.asked',
      details: {},
      at,
      client,
    })
    await enqueue(trx, makeTask, { id })
    return { kind: 'asked' }
  })
}
