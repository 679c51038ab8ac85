// What staff did and saw. Entries are only added, and form a chain that shows any change.
import type { Db, Trx } from '#db/connection.ts'
import { chainStart, keyIdOfLink, linkHash, sortedPairs } from '#server/core/keys/hash-chain.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AuditAction, AuditDetails } from './audit-details.ts'

export interface AuditEntry<A extends AuditAction = AuditAction> {
  /** Null for a command of an operator. */
  readonly staffId: string | null
  readonly action: A
  readonly caseId?: string | null
  readonly accountId?: string | null
  /** Id of the measure, appeal or evidence. Never text that a person wrote. */
  readonly subject?: string
  readonly details: AuditDetails[A]
  readonly at: Date
}

export interface RecordedAudit {
  readonly position: string
  readonly staffId: string | null
  readonly action: AuditAction
  readonly caseId: string | null
  readonly accountId: string | null
  readonly subject: string
  readonly details: Record<string, string | number>
  readonly at: Date
  /** Link of the chain: covers this entry and the link before it. */
  readonly hash: Buffer
}

type Linked = Omit<RecordedAudit, 'details' | 'hash'> & {
  readonly details: object
  readonly previous: Buffer
}

const hashOf = (keyring: Keyring, keyId: string, entry: Linked): Buffer =>
  linkHash(keyring, keyId, 'audit.chain', [
    entry.position,
    entry.previous.toString('hex'),
    entry.staffId,
    entry.action,
    entry.caseId,
    entry.accountId,
    entry.subject,
    sortedPairs(entry.details),
    entry.at.toISOString(),
  ])

/**
 * Security: What staff do or see is recorded in the same transaction.
 * All staff share one chain, whose head stays locked until the transaction ends: call this last.
 * @returns the position of the entry
 */
export async function recordAudit<A extends AuditAction>(
  trx: Trx,
  keyring: Keyring,
  entry: AuditEntry<A>,
): Promise<string> {
  const head = await trx('audit_head').where({ id: 1 }).forUpdate().first('position', 'hash')
  const position = String(BigInt(head.position) + 1n)
  const { staffId, action, details, at, caseId = null, accountId = null, subject = '' } = entry
  const linked = {
    position,
    staffId,
    action,
    caseId,
    accountId,
    subject,
    details,
    at,
    previous: head.hash as Buffer,
  }
  const hash = hashOf(keyring, keyring.newestKeyId, linked)
  await trx('audit').insert({
    position,
    staff_id: staffId,
    action,
    case_id: caseId,
    account_id: accountId,
    subject,
    details: JSON.stringify(details),
    happened_at: at,
    hash,
  })
  await trx('audit_head').where({ id: 1 }).update({ position, hash })
  return position
}

const batchSize = 500

export interface AuditFilter {
  readonly staffId?: string | undefined
  readonly accountId?: string | undefined
  readonly caseId?: string | undefined
  readonly action?: AuditAction | undefined
  readonly from?: Date | undefined
  readonly to?: Date | undefined
  /** Leaves out what concerns this account. */
  readonly notAbout?: string | undefined
  readonly before?: string | undefined
}

const asEntry = (row: Record<string, unknown>): RecordedAudit => ({
  position: String(row.position),
  staffId: row.staff_id as string | null,
  action: row.action as AuditAction,
  caseId: row.case_id === null ? null : String(row.case_id),
  accountId: row.account_id as string | null,
  subject: row.subject as string,
  details: row.details as Record<string, string | number>,
  at: row.happened_at as Date,
  hash: row.hash as Buffer,
})

function fitting(db: Db | Trx, filter: AuditFilter) {
  const query = db('audit')
  if (filter.staffId) query.where({ staff_id: filter.staffId })
  if (filter.accountId) query.where({ account_id: filter.accountId })
  if (filter.caseId) query.where({ case_id: filter.caseId })
  if (filter.action) query.where({ action: filter.action })
  if (filter.from) query.where('happened_at', '>=', filter.from)
  if (filter.to) query.where('happened_at', '<', filter.to)
  if (filter.notAbout) {
    const own = db('abuse_cases').where({ account_id: filter.notAbout }).select('id')
    query.whereRaw('account_id is distinct from ?::uuid', [filter.notAbout])
    query.where((each) => each.whereNull('case_id').orWhereNotIn('case_id', own))
  }
  if (filter.before) query.where('position', '<', filter.before)
  return query
}

/** Newest first. */
export async function listAudit(
  db: Db | Trx,
  filter: AuditFilter,
  limit: number,
): Promise<RecordedAudit[]> {
  return (await fitting(db, filter).orderBy('position', 'desc').limit(limit)).map(asEntry)
}

export async function countAudit(db: Db | Trx, filter: AuditFilter): Promise<number> {
  return Number((await fitting(db, filter).count('* as n').first())?.n)
}

/** Every entry that fits the filter, newest first, read in batches. */
export async function* walkAudit(db: Db, filter: AuditFilter): AsyncIterable<RecordedAudit> {
  let before = filter.before
  for (;;) {
    const batch = await listAudit(db, { ...filter, before }, batchSize)
    yield* batch
    if (batch.length < batchSize) return
    before = batch.at(-1)?.position
  }
}

export interface BrokenAudit {
  readonly position: string
  readonly fault: 'changed' | 'missing' | 'head' | 'key'
}

/** Walks the chain and yields each break: an entry that is changed, missing or of no known key. */
export async function* verifyAudit(db: Db, keyring: Keyring): AsyncIterable<BrokenAudit> {
  // Entries that are added during the walk lie beyond this head and are not checked.
  const head = await db('audit_head').where({ id: 1 }).first()
  const end = BigInt(head?.position ?? 0)
  let at = 0n
  let previous = chainStart as Buffer
  for (;;) {
    const rows = await db('audit')
      .whereBetween('position', [String(at + 1n), String(end)])
      .orderBy('position')
      .limit(batchSize)
    if (rows.length === 0) break
    for (const row of rows) {
      const entry = asEntry(row)
      if (BigInt(entry.position) !== at + 1n) yield { position: String(at + 1n), fault: 'missing' }
      const keyId = keyIdOfLink(row.hash)
      // An entry under a key outside of SECRET_KEYS proves nothing: a forger could name any key.
      const known = keyring.keyIds.includes(keyId)
      if (!known) yield { position: entry.position, fault: 'key' }
      else if (!hashOf(keyring, keyId, { ...entry, previous }).equals(row.hash))
        yield { position: entry.position, fault: 'changed' }
      at = BigInt(entry.position)
      previous = row.hash
    }
  }
  if (!head || at !== end || !previous.equals(head.hash))
    yield { position: String(end), fault: 'head' }
}
