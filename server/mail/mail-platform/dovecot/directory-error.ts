import { PlatformError } from '../mail-platform.ts'

// Error classes of PostgreSQL that no later try mends:
// 22 data, 23 constraint, 28 credentials, 3D, 3F, 42 schema or privilege.
const permanentClasses = new Set(['22', '23', '28', '3D', '3F', '42'])
const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', '57P03', '53300'])

export function platformErrorOf(cause: unknown): PlatformError {
  if (cause instanceof PlatformError) return cause
  // Security: A password that the directory refuses is quoted in no error.
  // PostgreSQL puts the whole row into `detail`.
  if (cause instanceof Error && 'detail' in cause) cause.detail = undefined
  const code = String((cause as { code?: unknown }).code ?? '')
  // knex found no free connection, so nothing was sent.
  const noConnection = (cause as Error).name === 'KnexTimeoutError'
  if (noConnection || neverSent.has(code))
    return new PlatformError('retry', 'the mail directory is away', { cause })
  if (code.length === 5 && permanentClasses.has(code.slice(0, 2))) {
    return new PlatformError('permanent', `the mail directory refused the row (${code})`, { cause })
  }
  // Rolled back: serialization failure, lock time-out, cancelled.
  if (/^(40|55|57014)/.test(code))
    return new PlatformError('retry', `the mail directory is busy (${code})`, { cause })
  return new PlatformError('unknown', 'the connection to the mail directory broke', { cause })
}
