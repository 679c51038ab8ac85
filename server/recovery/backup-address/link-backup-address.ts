import type { Trx } from '#db/connection.ts'
import type { AccountProof } from '#server/accounts/accounts/change-account.ts'
import {
  type EmailAddressRefusal,
  parseEmailAddress,
} from '#server/core/identifiers/email-address.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import {
  type AskedForProof,
  askForProof,
  type Permit,
  type ProofParts,
  type SecondLook,
} from '../contacts/ask-for-proof.ts'
import type { Contact } from '../contacts/contact.ts'
import { findPendingContact } from '../contacts/pending-contact.ts'
import {
  type Asking,
  changeMethod,
  type Held,
  type MethodChangeParts,
} from '../methods/change-method.ts'
import { type Linked, type LinkParts, linkContact } from '../methods/link-contact.ts'
import { isStopped } from '../stopped-addresses/is-stopped.ts'
import { stopTokenOf } from '../stopped-addresses/stop-token.ts'
import type { MailLimit } from './mail-limit.ts'
import { findBackupAddress, putBackupAddress, removeBackupAddress } from './store.ts'

export interface BackupAddressParts extends ProofParts {
  readonly mailLimit: MailLimit
}

export type JudgedAddress =
  | { readonly kind: 'ok'; readonly contact: Contact }
  | { readonly kind: 'refused'; readonly reason: EmailAddressRefusal }

export function judgeAddress(mailDomains: readonly string[], typed: string): JudgedAddress {
  const parsed = parseEmailAddress(typed, { ownDomains: mailDomains })
  if (parsed.kind === 'refused') return parsed
  const { address: value, canonical } = parsed
  return { kind: 'ok', contact: { kind: 'backup-address', value, canonical } }
}

/**
 * Mails a code to the address, whoever has it already.
 * @param about.typedAt of an address that waits already, where the code is sent again
 */
export async function askBackupAddress(
  parts: BackupAddressParts,
  about: {
    readonly proof: AccountProof
    readonly contact: Contact
    readonly locale: Locale
    readonly typedAt?: Date | undefined
    readonly again?: SecondLook
  },
): Promise<AskedForProof> {
  const { contact } = about
  const { accountId } = about.proof
  const own = await findBackupAddress(parts.db, parts.keyring, accountId)
  const isOwn = own?.canonical === contact.canonical
  const stopToken = isOwn ? null : stopTokenOf(parts.keyring, contact.canonical)
  return await askForProof(parts, {
    ...about,
    stopToken,
    permit: (trx) => permitLetter(trx, parts, accountId, contact.canonical),
  })
}

/**
 * Security: the page tells of the letters that this account asked for. What the address got because of others, and that its owner wants
 * none, stays untold: nothing leaves, and the page says the same.
 */
async function permitLetter(
  trx: Trx,
  parts: BackupAddressParts,
  accountId: string,
  canonical: string,
): Promise<Permit> {
  const guard = parts.mailLimit.within(trx)
  const asker = await guard.permit('confirm', [accountId])
  if (asker.kind === 'refused')
    return { kind: 'limited', retryAfterSeconds: asker.retryAfterSeconds }
  const stopped = await isStopped(trx, parts.keyring, canonical)
  const address = stopped ? undefined : await guard.permit('confirm', [canonical])
  return { kind: address?.kind === 'permitted' ? 'send' : 'hold-back' }
}

/** The address that a code was mailed to and that waits for it. */
export const pendingBackupAddress = (
  parts: Parameters<typeof findPendingContact>[0],
  accountId: string,
) => findPendingContact(parts, accountId, 'backup-address')

export const linkBackupAddress = (
  parts: LinkParts,
  asking: Asking,
  typed: string,
): Promise<Linked> =>
  linkContact(
    parts,
    asking,
    { kind: 'backup-address', typed },
    (trx, { value: address, canonical }, at) => {
      const { accountId } = asking
      return putBackupAddress(trx, parts.keyring, {
        accountId,
        address,
        canonical,
        confirmedAt: at,
        provenAt: at,
        at,
      })
    },
  )

/** The address can be linked again, here or elsewhere. */
export async function unlinkBackupAddress(
  parts: MethodChangeParts,
  asking: Asking,
): Promise<'done' | Held> {
  return await changeMethod<'done'>(parts, asking, async (trx) => {
    const old = await removeBackupAddress(trx, parts.keyring, asking.accountId)
    return old
      ? { outcome: 'done', done: { method: 'backup-address', what: 'removed', old } }
      : { outcome: 'done' }
  })
}
