// Reads what Dovecot sends before and after a sign-in (auth policy).
import { z } from 'zod'
import { ownDomain } from '#server/core/identifiers/login-name.ts'
import { addressOf, domainOf, loginOf } from '#server/core/identifiers/names.ts'

const asked = z.object({
  login: z.string().max(320),
  protocol: z.enum(['imap', 'pop3', 'smtp', 'sieve']),
  remote: z.string().max(60).default(''),
  /** 12 bits of a salted hash, as four hexadecimal digits. */
  pwhash: z.string().max(128).default(''),
})
const report = asked.extend({
  success: z.boolean(),
  /** True if the portal refused, so that Dovecot checked no password. */
  policy_reject: z.boolean().default(false),
  app_password: z.string().max(64).default(''),
})

export interface AskedTry {
  readonly login: string
  readonly ip: string
  readonly passwordHash: string
}

export interface SignInReport extends AskedTry {
  /** ManageSieve counts as IMAP. */
  readonly service: 'imap' | 'pop3' | 'smtp'
  readonly succeeded: boolean
  readonly wasLookedAt: boolean
  readonly appPasswordId: string | null
}

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

const isName = (login: string) => login.isWellFormed() && !login.includes('\0')

/** The A-label in place of an international domain of ours. */
function canonicalLogin(typed: string, mailDomains: readonly string[]): string {
  const login = typed.toLowerCase()
  const domain = ownDomain(domainOf(login), mailDomains)
  return domain && login.includes('@') ? addressOf(loginOf(login), domain) : login
}

export function readQuestion(body: string, mailDomains: readonly string[]): AskedTry | undefined {
  const { data } = asked.safeParse(parse(body))
  if (!data || !isName(data.login)) return undefined
  const login = canonicalLogin(data.login, mailDomains)
  return { login, ip: data.remote, passwordHash: data.pwhash }
}

export function readReport(body: string, mailDomains: readonly string[]): SignInReport | undefined {
  const { data } = report.safeParse(parse(body))
  if (!data || !isName(data.login)) return undefined
  return {
    login: canonicalLogin(data.login, mailDomains),
    service: data.protocol === 'sieve' ? 'imap' : data.protocol,
    ip: data.remote,
    succeeded: data.success,
    wasLookedAt: !data.policy_reject,
    passwordHash: data.pwhash,
    appPasswordId: isUuid(data.app_password) ? data.app_password : null,
  }
}
