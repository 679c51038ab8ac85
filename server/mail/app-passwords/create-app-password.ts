import type { Db } from '#db/connection.ts'
import {
  type AccountProof,
  type AccountTrx,
  changeAccount,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { type NoticeParts, notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import type { MailService } from '../mail-platform/mail-platform.ts'
import { wantAppPasswords } from '../mailboxes/want-mailbox.ts'
import { digestOfAppPassword, newAppPassword } from './new-app-password.ts'
import { findByDigest, insertAppPassword } from './store.ts'

export interface AppPasswordParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
}

export const appPasswordsAtMost = 30

export interface WantedAppPassword {
  readonly proof: AccountProof
  readonly client: ClientInfo
  readonly name: string
  readonly services: readonly MailService[]
  /** Digest of the form: sent again, it gets the same app password. */
  readonly form?: Buffer
}

/** Only this answer holds the secret: it is stored nowhere. */
export type Created =
  | { readonly kind: 'created'; readonly id: string; readonly secret: string }
  | { readonly kind: 'full' }

/** Thrown to roll the transaction back. */
class Full extends Error {
  override readonly name = 'Full'
}

/** Thrown for a form that came before, to roll the new revision back. */
class AlreadyCreated extends Error {
  override readonly name = 'AlreadyCreated'
  readonly id: string
  constructor(id: string) {
    super('created before')
    this.id = id
  }
}

/** @throws StaleProof */
export async function createAppPassword(
  parts: AppPasswordParts & NoticeParts,
  wanted: WantedAppPassword,
): Promise<Created> {
  const secret = newAppPassword(seedOf(parts, wanted))
  const digest = digestOfAppPassword(secret)
  try {
    const id = await changeAccount(parts.db, wanted.proof, (trx) =>
      insertAndNotify(trx, parts, wanted, digest),
    )
    return { kind: 'created', id, secret }
  } catch (fault) {
    if (fault instanceof Full) return { kind: 'full' }
    if (fault instanceof AlreadyCreated) return { kind: 'created', id: fault.id, secret }
    throw fault
  }
}

/** Security: A form sent twice makes one app password, which needs the portal's key to compute. */
function seedOf({ keyring }: AppPasswordParts, { proof, form }: WantedAppPassword) {
  if (!form) return undefined
  const pair = [proof.accountId, form.toString('base64url')]
  return keyring.digest('app-passwords.form', JSON.stringify(pair))
}

async function insertAndNotify(
  trx: AccountTrx,
  parts: AppPasswordParts & NoticeParts,
  { proof, name, services, client }: WantedAppPassword,
  digest: Buffer,
): Promise<string> {
  const { accountId } = proof
  const at = parts.clock.now()
  const revision = await wantAppPasswords(trx, { accountId, at, endSessions: false })
  // The mailbox is locked now: a second click finds what the first inserted.
  const known = await findByDigest(trx, accountId, digest)
  if (known) throw new AlreadyCreated(known)
  const added = { accountId, name, services, digest, revision, at }
  const id = await insertAppPassword(trx, added, appPasswordsAtMost)
  if (!id) throw new Full()
  const event = 'app-password.created'
  await recordActivity(trx, parts.keyring, { accountId, event, details: { name }, at, client })
  await notifyOwner(trx, parts, {
    accountId,
    name: 'app-password-created',
    params: {},
    change: event,
    at,
    client,
    lettersOnly: true,
  })
  return id
}
