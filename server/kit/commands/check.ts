// What `portal doctor` examines, before an operator learns it from a complaint.
import type { Db } from '#db/connection.ts'

export interface CheckResult {
  readonly ok: boolean
  readonly detail: string
}

export interface Check<Parts> {
  readonly name: string
  run(parts: Parts): Promise<CheckResult>
}

/** @param from the end of an SQL statement: a table and a condition */
export async function countRows(db: Db, from: string): Promise<number> {
  const { rows } = await db.raw<{ rows: { n: number }[] }>(`select count(*)::int as n from ${from}`)
  return rows[0]?.n ?? 0
}

export const none = (n: number, what: string): CheckResult => ({
  ok: n === 0,
  detail: n === 0 ? 'none' : `${n} ${what}`,
})

/** Names at most twenty broken links. */
export async function examineChain<Link>(
  links: AsyncIterable<Link>,
  describe: (link: Link) => string,
): Promise<CheckResult> {
  const broken: string[] = []
  for await (const link of links) {
    broken.push(describe(link))
    if (broken.length === 20) break
  }
  if (broken.length === 0) return { ok: true, detail: 'as it was written' }
  return { ok: false, detail: `broken: ${broken.join('; ')}` }
}
