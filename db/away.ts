// Tells which faults mean that the database is away for a while.

/** The database reads but does not write: a standby, a read-only server, a full disk or memory. */
const refusesWritesCodes = new Set('25006 53000 53100 53200 53400 58030'.split(' '))

const awayCodes = new Set(
  `ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT ENOTFOUND EAI_AGAIN EHOSTUNREACH ENETUNREACH
  08000 08001 08003 08004 08006 25P03 57014 57P01 57P02 57P03 57P05 53300 55P03 40001
  40P01`.split(/\s+/),
)

/** Words of pg and knex, which give no code when a connection is lost or none is free. */
const awayWords = new RegExp(
  'Timeout acquiring a connection|Connection terminated|timeout expired|timeout exceeded' +
    '|Unable to acquire|Connection ended|not queryable',
  'i',
)

const codeOf = (fault: Error): string => String((fault as { code?: unknown }).code)

export function isAway(fault: unknown): boolean {
  if (!(fault instanceof Error)) return false
  if (awayCodes.has(codeOf(fault)) || refusesWrites(fault)) return true
  if (fault instanceof AggregateError && fault.errors.some(isAway)) return true
  return awayWords.test(fault.message)
}

export const refusesWrites = (fault: unknown): boolean =>
  fault instanceof Error && refusesWritesCodes.has(codeOf(fault))
