import type { Db } from '#db/connection.ts'
import { type Account, findAccount, findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { parseTypedLogin } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import type { ReportedSender } from './provenance.ts'

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** The sender's account id, mail address, or the name before the @. */
function nameOf(sender: ReportedSender): string {
  if (sender.by === 'trace') return sender.account
  return sender.by === 'received' ? sender.login : sender.address
}

// Security: A From that we did not sign never leads to an account.
// The sign-in that sent the letter goes before any From.
export async function findSenderAccount(
  db: Db,
  sender: ReportedSender | null,
  mailDomains: readonly string[],
): Promise<Account | undefined> {
  if (sender === null) return undefined
  // Dovecot's sign-in names have the form ADDRESS#EPOCH.
  const name = nameOf(sender).split('#')[0] ?? ''
  if (uuid.test(name)) return await findAccount(db, name)
  const typed = parseTypedLogin(name, mailDomains)
  if (!typed) return undefined
  const domain = typed.domain ?? mailDomains[0] ?? ''
  return await findAccountByAddress(db, addressOf(typed.login, domain))
}
