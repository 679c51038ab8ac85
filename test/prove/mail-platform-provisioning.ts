/** How many mailboxes one worker sets up a minute on the directory, what memory that takes, and how long comparing them all lasts. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { insertAccount } from '#server/accounts/store.ts'
import { reconcileMailboxes } from '#server/mailboxes/reconcile-mailboxes.ts'
import { wantMailbox } from '#server/mailboxes/want-mailbox.ts'
import { startTestPortal, type TestPortal } from '#test/support/portal.ts'

export interface Provisioned {
  readonly mailboxes: number
  readonly perMinute: number
  /** Resident memory of the process in MB after each quarter. */
  readonly memoryMb: readonly number[]
  readonly reconcileSeconds: number
  readonly differences: number
  /** After a tenth was tampered with: found, and what is left when the worker is done with the mending. */
  readonly tampered: number
  readonly found: number
  readonly leftAfterFix: number
  readonly fixSeconds: number
}

/** @param portal one whose worker does not run yet */
export async function measureProvisioning(portal: TestPortal, count: number): Promise<Provisioned> {
  await wantMany(portal, count)
  const memoryMb: number[] = []
  const started = performance.now()
  await portal.startWorker()
  for (let quarter = 1; quarter <= 4; quarter += 1) {
    await settled(portal, Math.ceil((count * quarter) / 4))
    memoryMb.push(Math.round(process.memoryUsage.rss() / 1_048_576))
  }
  const minutes = (performance.now() - started) / 60_000
  const [compared, reconcileSeconds] = await inSeconds(() => reconcileMailboxes(portal, false))

  const tampered = await tamper(portal)
  const [mended, fixSeconds] = await inSeconds(async () => {
    const outcome = await reconcileMailboxes(portal, true)
    await settled(portal, count)
    return outcome
  })
  const left = await reconcileMailboxes(portal, false)
  return {
    mailboxes: count,
    perMinute: Math.round(count / minutes),
    memoryMb,
    reconcileSeconds,
    differences: compared.differences.length + compared.more,
    tampered,
    found: mended.differences.length + mended.more,
    leftAfterFix: left.differences.length + left.more,
    fixSeconds,
  }
}

async function wantMany({ db, parts, clock }: TestPortal, count: number): Promise<void> {
  const password = { plain: 'a bench under the linden', verifier: await parts.hasher.hash('a bench under the linden') }
  for (let done = 0; done < count; done += 500) {
    await db.transaction(async (trx) => {
      for (let index = done; index < Math.min(done + 500, count); index += 1) {
        const [id, address, at] = [randomUUID(), `m${index}@postern.example`, clock.now()]
        await insertAccount(trx, { id, address, passwordVerifier: password.verifier, locale: 'en', at })
        await wantMailbox(trx, parts, { accountId: id, address, password, at })
      }
    })
  }
}

async function settled({ db }: TestPortal, count: number): Promise<void> {
  for (;;) {
    const row = await db('mailboxes').whereRaw('applied_revision >= revision').count({ count: '*' }).first()
    if (Number(row?.count) >= count) return
    await sleep(100)
  }
}

/** A careless operator: some rows gone, some changed, some put there. */
async function tamper({ db }: TestPortal): Promise<number> {
  const gone = await db('mail_directory.mailboxes')
    .where('address', 'like', 'm%3@%')
    .where('address', 'like', 'm_3@%')
    .delete()
  const changed = await db('mail_directory.mailboxes')
    .where('address', 'like', 'm%7@%')
    .update({ quota_bytes: 1, suspension: 'all' })
  await db('mail_directory.mailboxes').insert({
    ...{ account_id: randomUUID(), address: 'stowaway@postern.example', revision: 1, quota_bytes: 1 },
    ...{ created_at: new Date(), changed_at: new Date() },
  })
  return gone + changed + 1
}

async function inSeconds<T>(work: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now()
  const result = await work()
  return [result, Math.round((performance.now() - started) / 100) / 10]
}

/** Half a thousand a minute is asked for. */
export async function proveProvisioning(count: number): Promise<Provisioned> {
  const portal = await startTestPortal({ worker: false, env: { LOG_LEVEL: 'error' } })
  try {
    const figures = await measureProvisioning(portal, count)
    assert.ok(figures.perMinute >= 500, `${figures.perMinute} a minute`)
    assert.equal(figures.differences, 0)
    assert.equal(figures.found, figures.tampered)
    assert.equal(figures.leftAfterFix, 0)
    // Halves, for a single figure may be of just before or just after a collection.
    const [early, late] = [figures.memoryMb.slice(0, 2), figures.memoryMb.slice(2)].map((half) => Math.max(...half))
    assert.ok((late ?? 0) <= (early ?? 0) * 1.2, `memory grows: ${figures.memoryMb.join(', ')} MB`)
    return figures
  } finally {
    await portal.stop()
  }
}
