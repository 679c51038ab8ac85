// What Dovecot tells of a sign-in after it (auth_policy_report_after_auth), as its template asks it to.
import { z } from 'zod'

const report = z.object({
  login: z.string().max(320),
  protocol: z.enum(['imap', 'pop3', 'smtp', 'sieve']),
  remote: z.string().max(60).default(''),
  success: z.boolean(),
  /** 12 bits of a salted hash, as four hexadecimal digits. */
  pwhash: z.string().max(128).default(''),
  app_password: z.string().max(64).default(''),
})

export interface SignInReport {
  /** As typed, in lower case. */
  readonly login: string
  /** Filters are part of reading. */
  readonly service: 'imap' | 'pop3' | 'smtp'
  readonly ip: string
  readonly succeeded: boolean
  readonly passwordHash: string
  readonly appPasswordId: string | null
}

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

/** Undefined for what is no report of a sign-in: other services, other questions, nonsense. */
export function readReport(body: string): SignInReport | undefined {
  let given: unknown
  try {
    given = JSON.parse(body)
  } catch {
    return undefined
  }
  const { data } = report.safeParse(given)
  if (!data?.login.isWellFormed() || data.login.includes('\0')) return undefined
  return {
    login: data.login.toLowerCase(),
    service: data.protocol === 'sieve' ? 'imap' : data.protocol,
    ip: data.remote,
    succeeded: data.success,
    passwordHash: data.pwhash,
    appPasswordId: isUuid(data.app_password) ? data.app_password : null,
  }
}
