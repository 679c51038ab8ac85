import { type Account, findAccountByAddress } from '../accounts/accounts/store.ts'
import type { CompleteSettings, Portal } from '../compose.ts'
import { parseTypedLogin } from '../core/identifiers/login-name.ts'
import { addressOf } from '../core/identifiers/names.ts'

/** The account that an operator named: a login or a whole address. */
export async function findNamedAccount(
  { db }: Portal,
  settings: CompleteSettings,
  named: string | undefined,
): Promise<Account | undefined> {
  const typed = parseTypedLogin(named, settings.mailDomains)
  if (!typed) return undefined
  return await findAccountByAddress(
    db,
    addressOf(typed.login, typed.domain ?? settings.mailDomains[0] ?? ''),
  )
}
