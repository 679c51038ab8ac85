// Who of the staff did and saw what: only ever added to, and chained so that a changed or missing entry is noticed.
import type { Db, Trx } from '#db/connection.ts'
import { chainStart, keyIdOfLink, linkHash, sortedPairs } from '#server/core/keys/hash-chain.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AuditAction, AuditDetails } from './actions.ts'

export interface AuditEntry<A extends AuditAction = AuditAction> {
  /** The account of the member of staff. */
  readonly staffId: string
  readonly action: A
  readonly caseId?: string | null
  /** The account that it was about. */
  readonly accountId?: string | null
  /** Id of the measure, appeal, evidence …; empty where the case or account says it all. Never text that a person wrote. */
  readonly subject?: string
  readonly details: AuditDetails[A]
  readonly at: Date
}

export interface RecordedAudit {
  readonly position: string
  readonly staffId: string
  readonly action: AuditAction
  readonly caseId: string | null
  readonly accountId: string | null
  readonly subject: string
  readonly details: Record<string, string | number>
  readonly at: Date
  /** Its link of the chain. */
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

// Security: what staff do or see is written down in the transaction in which they do or see it.
/**
 * Writes the entry. One chain for all staff: the head is locked until the caller's transaction ends, so write it last.
 * @returns its position
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

export interface AuditFilter {
  readonly staffId?: string
  readonly accountId?: string
  readonly caseId?: string
  readonly action?: AuditAction
  readonly from?: Date
  readonly to?: Date
  /** Whoever looks: nothing about their own mailbox is listed. */
  readonly notAbout?: string
  /** Keyset: entries older than this position. */
  readonly before?: string
}

const asEntry = (row: Record<string, unknown>): RecordedAudit => ({
  position: String(row.position),
  staffId: row.staff_id as string,
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

/** Every entry that fits, newest first, a page at a time: for an export. */
export async function* walkAudit(db: Db, filter: AuditFilter): AsyncIterable<RecordedAudit> {
  let before = filter.before
  for (;;) {
    const page = await listAudit(db, before === undefined ? filter : { ...filter, before }, 500)
    yield* page
    if (page.length < 500) return
    before = page.at(-1)?.position
  }
}

export interface BrokenAudit {
  readonly position: string
  readonly fault: 'changed' | 'missing' | 'head' | 'key'
}

/** Walks the chain. Yields what does not fit; nothing when all is as it was written. */
export async function* verifyAudit(db: Db, keyring: Keyring): AsyncIterable<BrokenAudit> {
  // What is added while the chain is walked lies beyond this head.
  const head = await db('audit_head').where({ id: 1 }).first()
  const end = BigInt(head?.position ?? 0)
  let at = 0n
  let previous = chainStart as Buffer
  for (;;) {
    const rows = await db('audit')
      .whereBetween('position', [String(at + 1n), String(end)])
      .orderBy('position')
      .limit(500)
    if (rows.length === 0) break
    for (const row of rows) {
      const entry = asEntry(row)
      if (BigInt(entry.position) !== at + 1n) yield { position: String(at + 1n), fault: 'missing' }
      const keyId = keyIdOfLink(row.hash)
      // A key that was taken out of SECRET_KEYS proves nothing any more, so a forger must not be able to name one unseen.
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
