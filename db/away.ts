// What PostgreSQL and the network answer while the database cannot do its work: it is away, and will be back.

/** It is there and reads, but takes nothing in: a standby, a read-only server, no room on its disk or in its memory. */
const takesNothingCodes = new Set('25006 53000 53100 53200 53400 58030'.split(' '))

/** It is not there, is going or coming up, or has too much to do. */
const awayCodes = new Set(
  `ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH 08000 08001 08003 08004 08006 25P03
  57014 57P01 57P02 57P03 57P05 53300 55P03 40001 40P01`.split(/\s+/),
)

/** Words of pg and knex where there is no code: their own connection is gone, or none was to be had in time. */
const saysAway =
  /Timeout acquiring a connection|Connection terminated|timeout expired|timeout exceeded|Unable to acquire|Connection ended|not queryable/i

const codeOf = (fault: Error): string => String((fault as { code?: unknown }).code)

/** Whether the same is worth trying again later, because the database was away. */
export function isAway(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false
  if (awayCodes.has(codeOf(fault)) || takesNothing(fault)) return true
  if (fault instanceof AggregateError && fault.errors.some(isAway)) return true
  return saysAway.test(fault.message)
}

/** Whether the database reads, but takes nothing in. */
export const takesNothing = (fault: unknown): boolean =>
  fault instanceof Error && takesNothingCodes.has(codeOf(fault))
