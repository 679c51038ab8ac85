import { type Account, findAccountByAddress } from '../accounts/accounts/store.ts'
import type { Portal } from '../compose.ts'
import { parseTypedLogin } from '../core/identifiers/login-name.ts'
import { addressOf } from '../core/identifiers/names.ts'
import { type CommandContext, type Outcome, refused } from './command.ts'

export interface NamedAccount {
  readonly opened: Portal
  readonly account: Account | undefined
}

/** Opens the portal and finds the account of the first argument, a login or an address. */
export async function openNamed({
  portal,
  settings: { mailDomains },
  args,
}: CommandContext): Promise<NamedAccount> {
  const opened = await portal()
  const typed = parseTypedLogin(args[0], mailDomains)
  if (!typed) return { opened, account: undefined }
  const address = addressOf(typed.login, typed.domain ?? mailDomains[0] ?? '')
  return { opened, account: await findAccountByAddress(opened.db, address) }
}

export const unknownAccount = ({ args }: CommandContext): Outcome =>
  refused('unknown', `There is no account "${args[0]}".`)
