// 100,000 reports in 20,000 cases: how long queue, search and case page take, and by which plans.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Db } from '#db/connection.ts'
import { readFigures } from '#server/abuse/figures-store.ts'
import { countTabs, listQueue, queueTabs, searchCases } from '#server/abuse/queue-store.ts'
import { parseSearch, type SearchField, termsOf } from '#server/abuse/search-terms.ts'
import { showCase } from '#server/abuse/work-on-case.ts'
import { accountIdOf, startAbusePortal } from '../support/abuse.ts'
import { register } from '../support/people.ts'
import type { TestPortal } from '../support/portal.ts'

export interface VolumeOptions {
  readonly reports: number
  readonly cases: number
  /** Times that each page is asked for. */
  readonly rounds: number
  /** Milliseconds at the median; the issue asks for 100 at full volume. */
  readonly allowedMs: number
}

const words = 'invoice payment account prize delivery password urgent holiday meeting offer bank card tax refund'.split(
  ' ',
)
const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T

/** Rows as the job of reports leaves them, written by the thousand. */
async function fill(portal: TestPortal, { reports, cases }: VolumeOptions): Promise<void> {
  const { db, keyring } = portal
  const { index } = portal.parts.desk
  const accounts = Math.floor(cases / 2)
  await db.raw(
    `insert into accounts (id, address, password_verifier, password_changed_at, created_at)
     select gen_random_uuid(), 'volume' || n || '@postern.example', 'x', now(), now() - n * interval '1 hour'
     from generate_series(1, ?) n`,
    [accounts],
  )
  const details = keyring.seal('abuse.case', JSON.stringify({ subject: 'someone@postern.example' }))
  // A third is open; each account has two cases, the older one closed.
  await db.raw(
    `insert into abuse_cases (account_id, subject_digest, details_sealed, key_id, severity, provenance, kinds, report_count, reporter_count,
       opened_at, last_report_at, first_seen_at, closed_at, outcome)
     select a.id, decode(md5(n::text), 'hex'), :details, :keyId, n % 3, n % 4, array[(array['spam','phishing','malware'])[1 + n % 3]],
       5, 3, now() - n * interval '1 minute', now() - n * interval '1 minute', now(),
       case when n % 3 = 0 then null else now() - n * interval '30 seconds' end, case when n % 3 = 0 then null else 'no-breach' end
     from generate_series(1, :cases) n
     left join (select id, row_number() over () as at from accounts where address like 'volume%') a
       on a.at = (n - 1) / 2 + 1 and n % 6 <> 0`,
    { cases, details, keyId: keyring.newestKeyId },
  )
  const firstCase = Number((await db('abuse_cases').min('id as id').first())?.id)
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
          subject: `${pick(words, n)} ${pick(words, Math.floor(n / 7))} number${n % 997} dear customer`,
          linkHosts: [`host${n % 3000}.bad.example`],
        }),
      )
      searchable.push({ report_id: id, case_id, terms: `{${terms.join()}}` })
    }
    await db('abuse_search').insert(searchable)
  }
  await db.raw(
    `insert into abuse_case_entries (case_id, event, details, happened_at)
     select id, event, '{}', now() from abuse_cases, unnest(array['opened', 'severity-raised', 'claimed', 'closed']) event`,
  )
  await db.raw('analyze')
}

const median = (values: number[]): number =>
  values.toSorted((one, two) => one - two)[Math.floor(values.length / 2)] ?? 0

async function timesOf(rounds: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let n = 0; n < rounds; n += 1) {
    const begun = performance.now()
    await work(n)
    times.push(performance.now() - begun)
  }
  return median(times)
}

/** The statements of the pages, as the database is asked to explain them. */
async function plansOf(db: Db, work: () => Promise<unknown>): Promise<string[]> {
  const asked: { sql: string; bindings: unknown[] }[] = []
  const note = (query: { sql: string; bindings: unknown[] }) => asked.push(query)
  db.on('query', note)
  await work()
  db.removeListener('query', note)
  const plans: string[] = []
  for (const { sql, bindings } of asked.filter((query) => /^select|^with/i.test(query.sql))) {
    const { rows } = await db.raw(`explain ${sql.replace(/\$\d+/g, '?')}`, bindings as never)
    plans.push(rows.map((row: Record<string, string>) => row['QUERY PLAN']).join('\n'))
  }
  return plans
}

export async function proveAbuseVolume(options: VolumeOptions): Promise<Record<string, number>> {
  const portal = await startAbusePortal({ worker: false })
  try {
    const staff = { login: 'volume.staff', password: 'a long password of these tests' }
    await register(portal, staff)
    const staffId = await accountIdOf(portal, staff.login)
    await fill(portal, options)
    const { db, keyring } = portal
    const { desk } = portal.parts
    const { index } = desk
    const { rounds } = options

    const search = async (field: SearchField, typed: string) => {
      const alternatives = await Promise.all(parseSearch(field, typed).map((terms) => index.terms(terms)))
      return await searchCases(db, keyring, { alternatives, limit: 25 })
    }
    const queue = async (tab: (typeof queueTabs)[number], after?: string) => {
      const [page] = await Promise.all([
        listQueue(db, keyring, { tab, staffId, after, limit: 25 }),
        countTabs(db, staffId),
      ])
      return page
    }
    const ids = (
      await db('abuse_cases')
        .orderBy('id')
        .limit(rounds * 10)
        .select('id')
    ).map(({ id }) => String(id))

    const figures: Record<string, number> = {}
    for (const tab of queueTabs) figures[`queue: ${tab}`] = await timesOf(rounds, () => queue(tab))
    let after: string | undefined
    figures['queue: a later page'] = await timesOf(rounds, async () => {
      after = (await queue('new', after)).next
    })
    figures['queue: closed, a later page'] = await timesOf(rounds, async () => {
      after = (await queue('closed', after)).next
    })
    figures['queue: filtered'] = await timesOf(rounds, () =>
      listQueue(db, keyring, {
        tab: 'new',
        staffId,
        filters: { severity: 'high', kind: 'malware', provenance: 'proven' },
        limit: 25,
      }),
    )
    const typed: readonly [SearchField, (n: number) => string][] = [
      ['address', (n) => `reader${n}@elsewhere.example`],
      ['message-id', (n) => `<letter.${n * 7}@postern.example>`],
      ['ip', (n) => `198.51.${n}.${n}`],
      ['link-host', (n) => `host${n}.bad.example`],
      ['subject', (n) => `number${n} ${pick(words, n)}`],
      ['subject', () => 'invo*'],
      ['subject', () => 'dear customer'],
      ['any', (n) => `volume${n}@postern.example`],
    ]
    for (const [field, text] of typed) {
      const found = await search(field, text(3))
      assert.ok(found.cases.length > 0, `${field} ${text(3)} finds nothing`)
      figures[`search: ${field} ${text(3)}`] = await timesOf(rounds, (n) => search(field, text(n)))
    }
    figures['case page'] = await timesOf(rounds, (n) => showCase(desk, ids[n % ids.length] ?? '', staffId))
    const to = portal.clock.now()
    const from = new Date(to.getTime() - 30 * 86_400_000)
    figures['figures of 30 days'] = await timesOf(3, () => readFigures(db, { from, to }, to))

    const plans = [
      ...(await plansOf(db, () => queue('new'))),
      ...(await plansOf(db, () => queue('closed'))),
      ...(await plansOf(db, () => search('address', 'reader3@elsewhere.example'))),
      ...(await plansOf(db, () => showCase(desk, ids[3] ?? '', staffId))),
    ]
    if (process.env.SHOW_PLANS) console.log(plans.join('\n\n'))
    // Reports and their terms are the tables that grow: none of the pages may read one from end to end.
    for (const plan of plans)
      assert.doesNotMatch(plan, /Seq Scan on (?:abuse_reports|abuse_search|abuse_case_entries|evidence)\b/)
    if (process.env.SHOW_PLANS) console.log(figures)
    for (const [name, ms] of Object.entries(figures))
      if (name !== 'figures of 30 days') assert.ok(ms < options.allowedMs, `${name}: ${ms.toFixed(1)} ms`)
    return Object.fromEntries(Object.entries(figures).map(([name, ms]) => [name, Math.round(ms * 10) / 10]))
  } finally {
    await portal.stop()
  }
}
