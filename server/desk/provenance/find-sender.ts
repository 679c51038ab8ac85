import type { Db } from '#db/connection.ts'
import { type Account, findAccount, findAccountByAddress } from '#server/accounts/accounts/store.ts'
import { parseTypedLogin } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import type { ReportedSender } from './provenance.ts'

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i

/** What the strongest witness calls the sender: an account's id, its address, or the name before the @. */
const nameOf = (sender: ReportedSender): string =>
  sender.by === 'trace' ? sender.account : sender.by === 'received' ? sender.login : sender.address

// Security: the account is found by who signed in to send, never by what the letter says of itself.
/** The account that a believed sender names; undefined where there is none (any more). */
export async function findSenderAccount(
  db: Db,
  sender: ReportedSender | null,
  mailDomains: readonly string[],
): Promise<Account | undefined> {
  if (sender === null) return undefined
  // Dovecot signs in as ADDRESS#EPOCH.
  const name = nameOf(sender).split('#')[0] ?? ''
  if (uuid.test(name)) return await findAccount(db, name)
  const typed = parseTypedLogin(name, mailDomains)
  return typed
    ? await findAccountByAddress(db, addressOf(typed.login, typed.domain ?? mailDomains[0] ?? ''))
    : undefined
}
