// Fills the desk with any number of reports and cases.
import { createHash, randomBytes } from 'node:crypto'
import { insertEvidence } from '#server/desk/evidence/evidence-store.ts'
import { termsOf } from '#server/desk/queue/search-terms.ts'
import type { TestPortal } from '#test/support/portal.ts'

export const words = (
  'invoice payment account prize delivery password urgent holiday meeting offer ' +
  'bank card tax refund'
).split(' ')
export const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T

/** Writes rows like those of the judging job. All reports share one sealed letter. */
export async function fillDesk(
  portal: TestPortal,
  { reports, cases }: { reports: number; cases: number },
): Promise<void> {
  const { db, keyring } = portal
  const { index } = portal.parts.desk
  // An index that is made at the end takes a small part of the time.
  await db.raw('drop index abuse_search_by_term')
  const atLength = (sql: string, bindings: Record<string, unknown> = {}) =>
    db.transaction(async (trx) => {
      await trx.raw("set local statement_timeout = 0; set local maintenance_work_mem = '1GB'")
      await trx.raw(sql, bindings as never)
    })
  const accounts = Math.floor(cases / 2)
  await atLength(
    `insert into accounts (id, address, password_verifier, password_changed_at, created_at)
     select gen_random_uuid(), 'volume' || n || '@postern.example', 'x', now(),
       now() - n * interval '1 hour'
     from generate_series(1, :accounts) n`,
    { accounts },
  )
  const details = keyring.seal('abuse.case', JSON.stringify({ subject: 'someone@postern.example' }))
  // A third of the cases is open. Each account has two cases, and the older one is closed.
  await atLength(
    `insert into abuse_cases (account_id, subject_digest, details_sealed, key_id, severity,
       provenance, kinds, report_count, reporter_count,
       opened_at, last_report_at, first_seen_at, due_at, closed_at, outcome)
     select a.id, decode(md5(n::text), 'hex'), :details, :keyId, n % 3, n % 4,
       array[(array['spam','phishing','malware'])[1 + n % 3]],
       5, 3, now() - n * interval '1 minute', now() - n * interval '1 minute', now(),
       now() - n * interval '1 minute' + interval '1 day',
       case when n % 3 = 0 then null else now() - n * interval '30 seconds' end,
       case when n % 3 = 0 then null else 'no-breach' end
     from generate_series(1, :cases) n
     left join (select id, row_number() over () as at from accounts where address like 'volume%') a
       on a.at = (n - 1) / 2 + 1 and n % 6 <> 0`,
    { cases, details, keyId: keyring.newestKeyId },
  )
  const firstCase = Number((await db('abuse_cases').min('id as id').first())?.id)
  const at = portal.clock.now()
  const letter = {
    source: Buffer.from(
      'From: someone@postern.example\r\nSubject: x\r\n\r\nSee https://host.bad.example/ now\r\n',
    ),
    pasted: false,
    at,
    keptUntil: new Date(at.getTime() + 180 * 86_400_000),
  }
  const evidenceId = await db.transaction((trx) => insertEvidence(trx, keyring, letter))
  const slice = 2000
  for (let from = 0; from < reports; from += slice) {
    const rows = Array.from({ length: Math.min(slice, reports - from) }, (_, at) => from + at)
    const sealed = keyring.seal(
      'abuse.report',
      JSON.stringify({ sender: 's@postern.example', reporter: null, note: '', subject: 'x' }),
    )
    const inserted = await db('abuse_reports')
      .insert(
        rows.map((n) => ({
          reference: `R-${n}`,
          channel: 'form',
          kind: pick(['spam', 'phishing', 'malware'], n),
          how: 'source',
          evidence_id: evidenceId,
          details_sealed: sealed,
          key_id: keyring.newestKeyId,
          reporter_digest: randomBytes(32),
          received_at: new Date(portal.clock.now().getTime() - n * 10_000),
          judged_at: portal.clock.now(),
          case_id: firstCase + (n % cases),
          duplicate_key: randomBytes(32),
          verdict: 'proven',
          rule: 'trace-and-content',
          content: 'intact',
        })),
      )
      .returning(['id', 'case_id'])
    const searchable = []
    for (const [at, { id, case_id }] of inserted.entries()) {
      const n = from + at
      const terms = await index.terms(
        termsOf({
          addresses: [`volume${n % cases}@postern.example`, `reader${n % 5000}@elsewhere.example`],
          messageIds: [`letter.${n}@postern.example`],
          ips: [`198.51.${n % 256}.${n % 250}`],
          subject:
            `${pick(words, n)} ${pick(words, Math.floor(n / 7))} number${n % 997} dear ` +
            'customer',
          linkHosts: [`host${n % 3000}.bad.example`],
          attachments: n % 4 === 0 ? [`invoice ${n % 7000}.exe`] : [],
          hashes: [createHash('sha256').update(String(n)).digest('hex')],
        }),
      )
      searchable.push({ report_id: id, case_id, terms: `{${terms.join()}}` })
    }
    await db('abuse_search').insert(searchable)
  }
  await atLength(
    `insert into abuse_case_entries (case_id, event, details, happened_at)
     select id, event, '{}', now() from abuse_cases,
       unnest(array['opened', 'severity-raised', 'claimed', 'closed']) event`,
  )
  await atLength(
    'create index abuse_search_by_term on abuse_search using gin (terms) with (fastupdate = off)',
  )
  await atLength('analyze')
}
