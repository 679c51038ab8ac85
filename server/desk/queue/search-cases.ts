// Finds cases by what their reports say.
import type { Db } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { asCase } from '../cases/case-store.ts'
import { visibleTo } from '../emergencies/visible.ts'
import { nobody, type QueuePage } from './queue-store.ts'

/**
 * Cases that have a report with all terms of one alternative, newest first.
 * @param alternatives what `parseSearch` returned, each list turned into numbers by `index.terms`
 * @param accountId adds the cases of this account, also those without a report
 * @param before lists cases older than this id
 * @param notOf the viewer: cases about their own mailbox are left out
 */
export async function searchCases(
  db: Db,
  keyring: Keyring,
  ask: {
    alternatives: readonly (readonly string[])[]
    accountId?: string | undefined
    limit: number
    before?: string | undefined
    notOf?: string
  },
): Promise<QueuePage> {
  const { accountId } = ask
  if (ask.alternatives.length === 0 && !accountId)
    return {
      cases: [],
      next: undefined,
    }
  const page = /^\d{1,18}$/.test(ask.before ?? '') ? BigInt(ask.before ?? 0) : undefined
  const end = page ?? (await newestCase(db)) + 1n
  const among = async (from: bigint) => {
    const any = ask.alternatives.map(
      () =>
        `select case_id from abuse_search
         where terms @> ?::bigint[] and case_id >= ? and case_id < ?`,
    )
    const range = [String(from), String(end)]
    if (accountId)
      any.push('select id as case_id from abuse_cases where account_id = ? and id >= ? and id < ?')
    // Materialized: the planner knows little of the terms and might test every case instead.
    const { rows } = await db.raw(
      `with found as materialized (${any.join(' union ')})
       select * from abuse_cases
       where id in (select case_id from found) and ${visibleTo('?')}
       order by id desc limit ?`,
      [
        ...ask.alternatives.flatMap((terms) => [[...terms], ...range]),
        ...(accountId ? [accountId, ...range] : []),
        ask.notOf ?? nobody,
        ask.notOf ?? nobody,
        ask.limit + 1,
      ],
    )
    return rows as Record<string, unknown>[]
  }
  // A common word fills the page from the newest cases alone, which is much faster.
  const newest = end > lately ? await among(end - lately) : []
  const rows = newest.length > ask.limit ? newest : await among(0n)
  const cases = rows.slice(0, ask.limit).map((row) => asCase(keyring, row))
  return {
    cases,
    next: rows.length > ask.limit ? cases.at(-1)?.id : undefined,
  }
}

/** How many of the newest cases are searched first. */
const lately = 1000n

async function newestCase(db: Db): Promise<bigint> {
  const row = await db('abuse_cases').max('id as newest').first()
  return BigInt(row?.newest ?? 0)
}
