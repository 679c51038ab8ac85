// How many mailboxes a worker sets up a minute, in how much memory, and how long a reconciliation
// takes.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { insertAccount } from '#server/accounts/accounts/store.ts'
import { reconcileMailboxes } from '#server/mail/mailboxes/reconcile/reconcile-mailboxes.ts'
import { wantMailbox } from '#server/mail/mailboxes/want-mailbox.ts'
import { startTestPortal, type TestPortal } from '#test/support/portal.ts'
import { type PortalProcess, startPortalProcess } from '#test/support/process.ts'

export interface Provisioned {
  readonly mailboxes: number
  readonly perMinute: number
  /** Resident memory of the worker: the median of each quarter of the run, and the maximum. */
  readonly memoryMb: { readonly quarters: readonly number[]; readonly most: number }
  readonly reconcileSeconds: number
  readonly differences: number
  /** Rows that were tampered with, and how many of them were found and are left. */
  readonly tampered: number
  readonly found: number
  readonly leftAfterFix: number
  readonly fixSeconds: number
}

/**
 * @param portal one without a worker of its own
 * @param startBeside starts a worker in a process of its own
 */
export async function measureProvisioning(
  portal: TestPortal,
  startBeside: () => Promise<PortalProcess>,
  count: number,
): Promise<Provisioned> {
  await wantMany(portal, count)
  const started = performance.now()
  const worker = await startBeside()
  try {
    return await watch(portal, worker, count, started)
  } finally {
    await worker.end()
  }
}

async function watch(
  portal: TestPortal,
  worker: PortalProcess,
  count: number,
  started: number,
): Promise<Provisioned> {
  const readings: number[][] = []
  for (let quarter = 1; quarter <= 4; quarter += 1) {
    const inQuarter = [residentMb(worker)]
    await settled(portal, Math.ceil((count * quarter) / 4), () =>
      inQuarter.push(residentMb(worker)),
    )
    readings.push(inQuarter)
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
    memoryMb: { quarters: readings.map(medianOf), most: Math.max(...readings.flat()) },
    reconcileSeconds,
    differences: compared.differences.length + compared.more,
    tampered,
    found: mended.differences.length + mended.more,
    leftAfterFix: left.differences.length + left.more,
    fixSeconds,
  }
}

async function wantMany({ db, parts, clock }: TestPortal, count: number): Promise<void> {
  const password = {
    plain: 'a bench under the linden',
    verifier: await parts.hasher.hash('a bench under the linden'),
  }
  for (let done = 0; done < count; done += 500) {
    await db.transaction(async (trx) => {
      for (let index = done; index < Math.min(done + 500, count); index += 1) {
        const [id, address, at] = [randomUUID(), `m${index}@postern.example`, clock.now()]
        const opened = await insertAccount(trx, {
          id,
          address,
          passwordVerifier: password.verifier,
          locale: 'en',
          at,
        })
        await wantMailbox(opened, parts, { accountId: id, address, password, at })
      }
    })
  }
}

const medianOf = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0

const residentMb = ({ child }: PortalProcess) =>
  Math.round(
    Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child.pid)], { encoding: 'utf8' })) /
      1024,
  )

async function settled({ db }: TestPortal, count: number, look = () => {}): Promise<void> {
  for (;;) {
    const row = await db('mailboxes')
      .whereRaw('applied_revision >= revision')
      .count({ count: '*' })
      .first()
    if (Number(row?.count) >= count) return
    look()
    await sleep(200)
  }
}

/** Deletes, changes and adds rows like a careless operator. */
async function tamper({ db }: TestPortal): Promise<number> {
  const gone = await db('mail_directory.mailboxes')
    .where('address', 'like', 'm%3@%')
    .where('address', 'like', 'm_3@%')
    .delete()
  const changed = await db('mail_directory.mailboxes')
    .where('address', 'like', 'm%7@%')
    .update({ quota_bytes: 1, suspension: 'all' })
  await db('mail_directory.mailboxes').insert({
    account_id: randomUUID(),
    address: 'stowaway@postern.example',
    revision: 1,
    quota_bytes: 1,
    created_at: new Date(),
    changed_at: new Date(),
  })
  return gone + changed + 1
}

async function inSeconds<T>(work: () => Promise<T>): Promise<[T, number]> {
  const started = performance.now()
  const result = await work()
  return [result, Math.round((performance.now() - started) / 100) / 10]
}

/** A worker in a process of its own must set up 500 a minute in constant memory. */
export async function proveProvisioning(count: number): Promise<Provisioned> {
  const portal = await startTestPortal({ worker: false, env: { LOG_LEVEL: 'error' } })
  const { databaseUrl, secretKeys } = portal.settings
  const env = {
    ROLE: 'worker',
    DATABASE_URL: databaseUrl,
    SECRET_KEYS: secretKeys.join(),
    LOG_LEVEL: 'error',
  }
  try {
    const figures = await measureProvisioning(portal, () => startPortalProcess(env), count)
    const { quarters } = figures.memoryMb
    assert.ok(figures.perMinute >= 500, `${figures.perMinute} a minute`)
    assert.equal(figures.differences, 0)
    assert.equal(figures.found, figures.tampered)
    assert.equal(figures.leftAfterFix, 0)
    assert.ok(
      (quarters[3] ?? 0) <= (quarters[0] ?? 0) * 1.1,
      `memory grows: ${quarters.join(', ')} MB`,
    )
    return figures
  } finally {
    await portal.stop()
  }
}
