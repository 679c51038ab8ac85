// Asks the platform how full mailboxes are, stores it and enlarges full ones.
import type { Db } from '#db/connection.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import type { Task } from '#server/kit/jobs/worker.ts'
import { type MailPlatform, PlatformError } from '../mail-platform/mail-platform.ts'
import { type GrowParts, growMailbox } from './grow-mailbox.ts'
import { grownQuota, type QuotaSettings } from './quota-rule.ts'
import { findMailboxProgress, type MailboxProgress } from './store.ts'
import { listMailboxesToMeasure, noteMailboxUsage } from './usage-store.ts'

export interface MeasureParts extends GrowParts {
  readonly platform: Pick<MailPlatform, 'observe' | 'reportsUsedBytes'>
  readonly settings: QuotaSettings
}

const measureTask = 'mailbox:measure'
/** A younger figure is shown without a new measurement. */
const freshMinutes = 5
/** At 10 ms each, a run takes 5 s. A run every 5 minutes makes 144,000 a day. */
const atOnce = 500
const failuresBeforeStop = 5

async function measure(parts: MeasureParts, accountId: string): Promise<void> {
  const { db, clock, platform, settings } = parts
  const progress = await findMailboxProgress(db, accountId)
  if (!progress) return
  // Noted first: else a mailbox that cannot be measured would always be next.
  await noteMailboxUsage(db, accountId, undefined, clock.now())
  const usedBytes = (await platform.observe(progress.address))?.usedBytes
  if (usedBytes === undefined) return
  await noteMailboxUsage(db, accountId, usedBytes, clock.now())
  const to = grownQuota({ quotaBytes: progress.quotaBytes, usedBytes }, settings)
  if (to > progress.quotaBytes)
    await growMailbox(parts, { accountId, from: progress.quotaBytes, to })
}

export const measureTasks = (parts: MeasureParts): Record<string, Task> => ({
  [measureTask]: ({ accountId }) => measure(parts, String(accountId)),
  'mailbox:measure-due': async () => {
    if (!parts.platform.reportsUsedBytes) return
    let failures = 0
    for (const accountId of await listMailboxesToMeasure(parts.db, parts.clock.now(), atOnce)) {
      try {
        await measure(parts, accountId)
      } catch (fault) {
        failures += 1
        if (!(fault instanceof PlatformError) || failures === failuresBeforeStop) throw fault
      }
    }
  },
})

/** Enqueues a measurement if the figure is old. The page does not wait for it. */
export async function refreshUsage(
  { db, clock, platform }: { db: Db } & Pick<MeasureParts, 'clock' | 'platform'>,
  accountId: string,
  { measuredAt }: Pick<MailboxProgress, 'measuredAt'>,
): Promise<void> {
  const age = clock.now().getTime() - (measuredAt?.getTime() ?? 0)
  if (!platform.reportsUsedBytes || age < freshMinutes * msPerMinute) return
  const jobKey = `${measureTask}:${accountId}`
  await db.transaction((trx) =>
    enqueue(trx, measureTask, { accountId }, { jobKey, maxAttempts: 3 }),
  )
}
