import { randomUUID } from 'node:crypto'
import type { Db } from '#db/connection.ts'
import { insertAccount } from '#server/accounts/accounts/store.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { claim, release } from '#server/accounts/claims/store.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import { rememberDevice } from '#server/accounts/sessions/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { type MailboxParts, wantMailbox } from '#server/mail/mailboxes/want-mailbox.ts'
import type { WantedAccount } from './judge-registration.ts'

export interface RegistrationParts extends MailboxParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly hasher: PasswordHasher
}

export type Registered =
  | { readonly kind: 'registered'; readonly accountId: string; readonly address: string }
  | { readonly kind: 'taken' }

/**
 * Creates account, claims and wanted mailbox in one transaction.
 * @throws BusyError
 */
export async function registerAccount(
  parts: RegistrationParts,
  wanted: WantedAccount,
  about: { readonly locale: string; readonly client: ClientInfo; readonly device?: Buffer },
): Promise<Registered> {
  const { db, clock, keyring, hasher } = parts
  const verifier = await hasher.hash(wanted.password)
  const accountId = randomUUID()
  const address = addressOf(wanted.login, wanted.domain)
  const at = clock.now()
  return await db.transaction(async (trx) => {
    const login = { kind: 'login', value: address, accountId } as const
    const lookAlikeKey = addressOf(wanted.lookAlikeKey, wanted.domain)
    const lookAlike = { kind: 'login-look-alike', value: lookAlikeKey, accountId } as const
    // Equal names and names that look alike have the same key, so all but one fail here.
    if ((await claim(trx, keyring, lookAlike, at)) === 'taken') return { kind: 'taken' } as const
    if ((await claim(trx, keyring, login, at)) === 'taken') {
      await release(trx, keyring, lookAlike)
      return { kind: 'taken' } as const
    }
    const account = { id: accountId, address, passwordVerifier: verifier, locale: about.locale, at }
    const own = await insertAccount(trx, account)
    const password = { plain: wanted.password, verifier }
    await wantMailbox(own, parts, { accountId, address, password, at })
    if (about.device) await rememberDevice(own, accountId, about.device, at)
    const created = { event: 'account.created', details: {}, client: about.client } as const
    await recordActivity(trx, keyring, { accountId, at, ...created })
    return { kind: 'registered', accountId, address } as const
  })
}
