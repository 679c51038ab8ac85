// Made-up people for a development portal; the tests tell of the same ones.

import { findAccountByAddress } from '#server/accounts/store.ts'
import { noTrace } from '#server/activity/events.ts'
import type { Portal } from '#server/compose.ts'
import { lookAlikeKey } from '#server/core/login-name.ts'
import { addressOf } from '#server/core/names.ts'
import { registerAccount } from '#server/registration/register-account.ts'
import { grantRole } from '#server/staff/store.ts'

export const people = [
  { login: 'hanna.k', password: 'бусел ляціць над вёскай', what: 'somebody with a mailbox and nothing else' },
  { login: 'piotr', password: 'zwei Störche im Nebel', what: 'somebody to send letters to' },
  {
    login: 'alena.analyst',
    password: 'forty reports before lunch',
    what: 'an analyst of the abuse desk',
    role: 'analyst',
  },
] as const

/** Registers those who are not there yet. */
export async function seed(portal: Portal, settings: { readonly mailDomains: readonly string[] }) {
  const domain = settings.mailDomains[0] ?? ''
  for (const { login, password, ...more } of people) {
    const known = await findAccountByAddress(portal.db, addressOf(login, domain))
    const wanted = { kind: 'ok', login, lookAlikeKey: lookAlikeKey(login), domain, password } as const
    const made = known ?? (await registerAccount(portal.parts, wanted, { locale: 'en', trace: noTrace }))
    const accountId = 'id' in made ? made.id : made.kind === 'registered' ? made.accountId : undefined
    if (accountId && 'role' in more) {
      await portal.db.transaction((trx) => grantRole(trx, accountId, more.role, portal.clock.now()))
    }
  }
  return people
}
