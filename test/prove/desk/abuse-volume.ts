// The speed and query plans of the desk's pages with 1,000,000 reports in 200,000 cases.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Db } from '#db/connection.ts'
import { showCase } from '#server/desk/cases/show-case.ts'
import { countTabs, listQueue, queueTabs } from '#server/desk/queue/queue-store.ts'
import { searchCases } from '#server/desk/queue/search-cases.ts'
import { parseSearch, type SearchField } from '#server/desk/queue/search-terms.ts'
import { startAbusePortal } from '#test/support/desk/abuse.ts'
import { enrolStaff } from '#test/support/desk/staff.ts'
import { fillDesk, pick, words } from './fill-desk.ts'

export interface VolumeOptions {
  readonly reports: number
  readonly cases: number
  /** Requests for each page. */
  readonly rounds: number
  /** Allowed median in milliseconds. At full volume it is 100. */
  readonly allowedMs: number
}

const hexOf = (n: number) => createHash('sha256').update(String(n)).digest('hex')

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

/** The statements of the pages, for `explain`. */
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
    const { id: staffId, visitor } = await enrolStaff(portal, 'ada.analyst', 'analyst')
    await fillDesk(portal, options)
    const { db, keyring } = portal
    const { desk } = portal.parts
    const { index } = desk
    const { rounds } = options

    const search = async (field: SearchField, typed: string) => {
      const alternatives = await Promise.all(
        parseSearch(field, typed).map((terms) => index.terms(terms)),
      )
      return await searchCases(db, keyring, { alternatives, limit: 25 })
    }
    const queue = async (tab: (typeof queueTabs)[number], after?: string) => {
      const [page] = await Promise.all([
        listQueue(db, keyring, { tab, staffId, after, limit: 25 }),
        countTabs(db, staffId, portal.clock.now()),
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
      ['address', (n) => `ume${n * 31}@`],
      ['address', () => 'volume'],
      ['address', () => '@elsewhere.example'],
      ['attachment', (n) => `invoice ${n * 4} exe`],
      ['hash', (n) => hexOf(n).slice(0, 9)],
    ]
    for (const [field, text] of typed) {
      const found = await search(field, text(3))
      assert.ok(found.cases.length > 0, `${field} ${text(3)} finds nothing`)
      figures[`search: ${field} ${text(3)}`] = await timesOf(rounds, (n) => search(field, text(n)))
    }
    figures['case page'] = await timesOf(rounds, (n) =>
      showCase(desk, ids[n % ids.length] ?? '', staffId),
    )
    // The full pages of an analyst, with guards, audit and the opened letter.
    const open = async (path: string) => {
      const { status, page } = await visitor.get(path)
      assert.deepEqual([status, page?.slice(0, 6)], [200, 'staff-'], path)
    }
    const pages: Record<string, (n: number) => string> = {
      'page: queue': () => '/staff/cases',
      'page: queue, filtered': () =>
        '/staff/cases?tab=new&severity=high&kind=malware&provenance=proven',
      'page: queue, closed': () => '/staff/cases?tab=closed',
      'page: search, address of ours': (n) => `/staff/search?q=volume${n + 1}@postern.example`,
      'page: search, words': (n) => `/staff/search?q=number${n} ${pick(words, n)}`,
      'page: search, words of every report': () => '/staff/search?q=dear customer',
      'page: queue, late': () => '/staff/cases?tab=open&late=1',
      'page: search, part of an address': (n) => `/staff/search?q=ume${n * 31}@`,
      'page: case': (n) => `/staff/cases/${ids[n % ids.length]}`,
    }
    await open('/staff/cases')
    await open(`/staff/cases/${ids[0]}`)
    for (const [name, path] of Object.entries(pages))
      figures[name] = await timesOf(rounds, (n) => open(path(n)))

    const plans = [
      ...(await plansOf(db, () => queue('new'))),
      ...(await plansOf(db, () => queue('closed'))),
      ...(await plansOf(db, () => search('address', 'reader3@elsewhere.example'))),
      ...(await plansOf(db, () =>
        searchCases(db, keyring, { alternatives: [], accountId: staffId, limit: 25 }),
      )),
      ...(await plansOf(db, () => showCase(desk, ids[3] ?? '', staffId))),
    ]
    if (process.env.SHOW_PLANS) console.log(plans.join('\n\n'))
    // No page may scan the growing tables of reports and their terms.
    for (const plan of plans)
      assert.doesNotMatch(
        plan,
        /Seq Scan on (?:abuse_reports|abuse_search|abuse_case_entries|evidence)\b/,
      )
    if (process.env.SHOW_PLANS) console.log(figures)
    for (const [name, ms] of Object.entries(figures))
      assert.ok(ms < options.allowedMs, `${name}: ${ms.toFixed(1)} ms`)
    return Object.fromEntries(
      Object.entries(figures).map(([name, ms]) => [name, Math.round(ms * 10) / 10]),
    )
  } finally {
    await portal.stop()
  }
}
