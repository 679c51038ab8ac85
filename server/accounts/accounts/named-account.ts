import { parseTypedLogin } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import { type CommandContext, type Outcome, refused } from '#server/kit/commands/command.ts'
import type { AccountsParts } from '../parts.ts'
import { type Account, findAccountByAddress } from './store.ts'

export interface NamedAccount<Parts> {
  readonly parts: Parts
  readonly account: Account | undefined
}

/** Finds the account that a command names in its first argument, by login or by address. */
export async function openNamed<Parts extends AccountsParts>(
  context: CommandContext<Parts>,
): Promise<NamedAccount<Parts>> {
  const { mailDomains } = context.settings
  const parts = await context.parts()
  const typed = parseTypedLogin(context.args[0], mailDomains)
  if (!typed) return { parts, account: undefined }
  const address = addressOf(typed.login, typed.domain ?? mailDomains[0] ?? '')
  return { parts, account: await findAccountByAddress(parts.db, address) }
}

export const unknownAccount = ({ args }: Pick<CommandContext<never>, 'args'>): Outcome =>
  refused('unknown', `There is no account "${args[0]}".`)
