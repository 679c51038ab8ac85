// Compares the mailboxes on the platform with the wanted ones.
// Rows note whether they were shown, so neither side has to fit into memory.
import type { Db } from '#db/connection.ts'
import { changeAccountAsItStands } from '#server/accounts/accounts/change-account.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { MailPlatform, ObservedMailbox } from '#server/mail/mail-platform/mail-platform.ts'
import { reviseMailboxUnchanged } from '../revise-store.ts'
import { enqueueConvergence, sealPurpose } from '../want-mailbox.ts'
import {
  type AppPasswordMark,
  countWanted,
  findWantedByAddress,
  listUnseen,
  noteSeen,
  type WantedRow,
} from './reconcile-store.ts'

export interface Difference {
  readonly address: string
  readonly kind: 'missing' | 'surplus' | 'drifted'
  /** What differs in a drifted mailbox; empty for the other kinds. */
  readonly fields: readonly string[]
}

export interface Reconciled {
  readonly wanted: number
  readonly observed: number
  readonly differences: readonly Difference[]
  /** How many differences are not listed, since there were too many. */
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

/** @returns what differs. What the platform does not show is not compared. */
function driftOf(
  keyring: Keyring,
  format: string,
  wanted: WantedRow,
  observed: ObservedMailbox,
): string[] {
  const differs = <T>(shown: T | undefined, expected: T) =>
    shown !== undefined && shown !== expected
  const aliases = observed.aliases?.toSorted().join()
  const opens = observed.mainPasswordOpensMail
  const fields: string[] = []
  if (differs(observed.accountId, wanted.accountId)) fields.push('account')
  if (differs(observed.suspension, wanted.suspension)) fields.push('suspension')
  if (differs(observed.quotaBytes, wanted.quotaBytes)) fields.push('quota')
  if (differs(aliases, [...wanted.aliases].sort().join())) fields.push('aliases')
  if (differs(opens, wanted.mainPasswordOpensMail)) fields.push('main password')
  const { passwordSealed, passwordFormat } = wanted
  if (observed.password !== undefined && passwordSealed !== null && passwordFormat === format) {
    const password = keyring.open(sealPurpose, passwordSealed)
    if (password !== observed.password) fields.push('password')
  }
  const shown = observed.appPasswords?.map(({ id, services, secretSha256 }) => ({
    id,
    services,
    secret: secretSha256.toString('hex'),
  }))
  // Security: App passwords that were not made in the portal are found and mended.
  if (shown && marksOf(shown) !== marksOf(wanted.appPasswords)) fields.push('app passwords')
  return fields
}

/** Collects what a run finds, and mends it if `fix` is true. */
function createFindings({ db, clock, platform }: ReconcileParts, fix: boolean) {
  const differences: Difference[] = []
  const counts = { found: 0, mended: 0, removed: 0 }

  function add(address: string, kind: Difference['kind'], fields: readonly string[] = []): void {
    counts.found += 1
    if (differences.length < listedAtMost) differences.push({ address, kind, fields })
  }

  async function reviseAgain(accountId: string): Promise<void> {
    if (!fix) return
    counts.mended += 1
    await changeAccountAsItStands(db, accountId, async (trx) => {
      await reviseMailboxUnchanged(trx, accountId, clock.now())
      await enqueueConvergence(trx, accountId)
    })
  }

  return {
    async missing(accountId: string, address: string): Promise<void> {
      add(address, 'missing')
      await reviseAgain(accountId)
    },
    async drifted(accountId: string, address: string, fields: readonly string[]): Promise<void> {
      add(address, 'drifted', fields)
      await reviseAgain(accountId)
    },
    async surplus(accountId: string, address: string): Promise<void> {
      add(address, 'surplus')
      if (!fix) return
      await platform.remove({ accountId, address })
      counts.removed += 1
    },
    result: () => ({
      differences,
      more: counts.found - differences.length,
      mended: counts.mended,
      removed: counts.removed,
    }),
  }
}

type Findings = ReturnType<typeof createFindings>

async function compareBatch(
  { db, keyring, platform }: ReconcileParts,
  findings: Findings,
  run: Date,
  batch: readonly ObservedMailbox[],
): Promise<void> {
  const addresses = batch.map(({ address }) => address)
  const wanted = await findWantedByAddress(db, addresses, run)
  const seen = [...wanted.values()].map(({ accountId }) => accountId)
  await noteSeen(db, run, seen)
  for (const observed of batch) {
    const { address } = observed
    const row = wanted.get(address)
    if (!row || row.removed) {
      await findings.surplus(row?.accountId ?? observed.accountId ?? '', address)
      continue
    }
    // The platform may differ while a change is on its way.
    if (row.pending) continue
    const fields = driftOf(keyring, platform.passwordFormat, row, observed)
    if (fields.length > 0) await findings.drifted(row.accountId, address, fields)
  }
}

/** @returns how many mailboxes the platform showed */
async function compareObserved(
  parts: ReconcileParts,
  findings: Findings,
  run: Date,
): Promise<number> {
  let count = 0
  let batch: ObservedMailbox[] = []
  for await (const observed of parts.platform.list()) {
    count += 1
    batch.push(observed)
    if (batch.length < batchSize) continue
    await compareBatch(parts, findings, run, batch)
    batch = []
  }
  await compareBatch(parts, findings, run, batch)
  return count
}

async function findMissing(db: Db, findings: Findings, run: Date): Promise<void> {
  let after = ''
  for (;;) {
    const missing = await listUnseen(db, run, after, batchSize)
    for (const { accountId, address } of missing) {
      await findings.missing(accountId, address)
      after = address
    }
    if (missing.length < batchSize) return
  }
}

/** @param fix true mends missing and drifted mailboxes and removes surplus ones */
export async function reconcileMailboxes(parts: ReconcileParts, fix: boolean): Promise<Reconciled> {
  const findings = createFindings(parts, fix)
  const run = parts.clock.now()
  const observed = await compareObserved(parts, findings, run)
  const wanted = await countWanted(parts.db)
  await findMissing(parts.db, findings, run)
  return { wanted, observed, ...findings.result() }
}
