// Compares the platform with what is wanted. Neither side is held in memory: what the platform showed is noted in the rows.
import type { Db } from '#db/connection.ts'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { MailPlatform, ObservedMailbox } from '../mail-platform/mail-platform.ts'
import {
  type AppPasswordMark,
  countWanted,
  findWantedByAddress,
  listUnseen,
  noteSeen,
  type WantedRow,
} from './reconcile-store.ts'
import { reviseMailboxUnchanged } from './revise-store.ts'
import { enqueueConvergence, sealPurpose } from './want-mailbox.ts'

export interface Difference {
  readonly address: string
  readonly kind: 'missing' | 'surplus' | 'drifted'
  /** Names of what differs, for `drifted`. */
  readonly fields: readonly string[]
}

export interface Reconciled {
  readonly wanted: number
  readonly observed: number
  readonly differences: readonly Difference[]
  /** More differences than are listed. */
  readonly more: number
  readonly mended: number
  readonly removed: number
}

export interface ReconcileParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly platform: MailPlatform
}

const batchSize = 500
const listedAtMost = 1000

const marksOf = (passwords: readonly AppPasswordMark[]) =>
  passwords
    .map(({ id, services, secret }) => [id, ...[...services].sort(), secret].join(' '))
    .sort()
    .join()

/** What the platform shows otherwise than wanted; what it cannot show is not compared. */
function driftOf(
  keyring: Keyring,
  format: string,
  wanted: WantedRow,
  observed: ObservedMailbox,
): string[] {
  const fields: string[] = []
  if (observed.accountId !== undefined && observed.accountId !== wanted.accountId)
    fields.push('account')
  if (observed.suspension !== undefined && observed.suspension !== wanted.suspension)
    fields.push('suspension')
  if (observed.quotaBytes !== undefined && observed.quotaBytes !== wanted.quotaBytes)
    fields.push('quota')
  if (
    observed.aliases !== undefined &&
    observed.aliases.toSorted().join() !== [...wanted.aliases].sort().join()
  )
    fields.push('aliases')
  if (
    observed.mainPasswordOpensMail !== undefined &&
    observed.mainPasswordOpensMail !== wanted.mainPasswordOpensMail
  ) {
    fields.push('main password')
  }
  if (
    observed.password !== undefined &&
    wanted.passwordSealed !== null &&
    wanted.passwordFormat === format
  ) {
    if (keyring.open(sealPurpose, wanted.passwordSealed) !== observed.password)
      fields.push('password')
  }
  const held = observed.appPasswords?.map((each) => ({
    ...each,
    secret: each.secretSha256.toString('hex'),
  }))
  // Security: an app password that nobody made here is a door that stays open after every new password.
  if (held && marksOf(held) !== marksOf(wanted.appPasswords)) fields.push('app passwords')
  return fields
}

/**
 * @param fix true gives missing and drifted mailboxes a new revision, which the worker applies, and removes surplus ones
 */
export async function reconcileMailboxes(parts: ReconcileParts, fix: boolean): Promise<Reconciled> {
  const { db, clock, keyring, platform } = parts
  const differences: Difference[] = []
  let observedCount = 0
  let found = 0
  let mended = 0
  let removed = 0
  const note = (difference: Difference) => {
    found += 1
    if (differences.length < listedAtMost) differences.push(difference)
  }
  const mend = async (accountId: string) => {
    if (!fix) return
    mended += 1
    await changeAccountAsItStands(db, accountId, async (trx) => {
      await reviseMailboxUnchanged(trx, accountId, clock.now())
      await enqueueConvergence(trx, accountId)
    })
  }

  const run = clock.now()
  const compare = async (batch: readonly ObservedMailbox[]) => {
    const wanted = await findWantedByAddress(
      db,
      batch.map((each) => each.address),
      run,
    )
    await noteSeen(
      db,
      run,
      [...wanted.values()].map((each) => each.accountId),
    )
    for (const observed of batch) {
      const row = wanted.get(observed.address)
      if (!row || row.removed) {
        note({ address: observed.address, kind: 'surplus', fields: [] })
        if (!fix) continue
        await platform.remove({
          accountId: row?.accountId ?? observed.accountId ?? '',
          address: observed.address,
        })
        removed += 1
        continue
      }
      // What is on its way is not drift.
      if (row.pending) continue
      const fields = driftOf(keyring, platform.passwordFormat, row, observed)
      if (fields.length === 0) continue
      note({ address: observed.address, kind: 'drifted', fields })
      await mend(row.accountId)
    }
  }

  let batch: ObservedMailbox[] = []
  for await (const observed of platform.list()) {
    observedCount += 1
    batch.push(observed)
    if (batch.length < batchSize) continue
    await compare(batch)
    batch = []
  }
  await compare(batch)

  const wantedCount = await countWanted(db)
  let after = ''
  for (;;) {
    const missing = await listUnseen(db, run, after, batchSize)
    for (const { accountId, address } of missing) {
      note({ address, kind: 'missing', fields: [] })
      await mend(accountId)
      after = address
    }
    if (missing.length < batchSize) break
  }
  return {
    wanted: wantedCount,
    observed: observedCount,
    differences,
    more: found - differences.length,
    mended,
    removed,
  }
}
