import type { Trx } from '#db/connection.ts'
import type { AccountProof } from '#server/accounts/accounts/change-account.ts'
import {
  type EmailAddressRefusal,
  parseEmailAddress,
} from '#server/core/identifiers/email-address.ts'
import { suggestAddress } from '#server/core/identifiers/near-provider.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import {
  type AskedForProof,
  askForProof,
  type Permit,
  type ProofParts,
  type Resend,
} from '../contacts/ask-for-proof.ts'
import type { Contact } from '../contacts/contact.ts'
import { findPendingContact } from '../contacts/pending-contact.ts'
import {
  type Asking,
  changeMethod,
  type MethodChangeParts,
  type OnProbation,
} from '../methods/change-method.ts'
import {
  type Linked,
  type LinkParts,
  linkContact,
  type PutContact,
} from '../methods/link-contact.ts'
import { isStopped } from '../stopped-addresses/is-stopped.ts'
import { stopTokenOf } from '../stopped-addresses/stop-token.ts'
import type { MailLimit } from './mail-limit.ts'
import { findBackupAddress, putBackupAddress, removeBackupAddress } from './store.ts'

const kind = 'backup-address'

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
  return { kind: 'ok', contact: { kind, value, canonical } }
}

/** The typed address at the provider that was probably meant. */
export function meantAddress(mailDomains: readonly string[], typed: string): string | undefined {
  const meant = suggestAddress(typed)
  return meant && judgeAddress(mailDomains, meant).kind === 'ok' ? meant : undefined
}

/** @param about.typedAt only to send a code again: when its address was typed */
export async function askBackupAddress(
  parts: BackupAddressParts,
  about: {
    readonly proof: AccountProof
    readonly contact: Contact
    readonly locale: Locale
    readonly typedAt?: Date | undefined
    readonly resend?: Resend
  },
): Promise<AskedForProof> {
  const { canonical } = about.contact
  const { accountId } = about.proof
  const own = await findBackupAddress(parts.db, parts.keyring, accountId)
  const isOwn = own?.canonical === canonical
  const stopToken = isOwn ? null : stopTokenOf(parts.keyring, canonical)
  const permit = (trx: Trx) => permitMail(trx, parts, accountId, canonical)
  return await askForProof(parts, { ...about, stopToken, permit })
}

/** Security: The page tells only of messages that its own account asked for. */
async function permitMail(
  trx: Trx,
  parts: BackupAddressParts,
  accountId: string,
  canonical: string,
): Promise<Permit> {
  const limit = parts.mailLimit.within(trx)
  const asker = await limit.permit('confirm', [accountId])
  if (asker.kind === 'refused')
    return { kind: 'limited', retryAfterSeconds: asker.retryAfterSeconds }
  if (await isStopped(trx, parts.keyring, canonical)) return { kind: 'withhold' }
  const address = await limit.permit('confirm', [canonical])
  return { kind: address.kind === 'permitted' ? 'send' : 'withhold' }
}

export const pendingBackupAddress = (
  parts: Parameters<typeof findPendingContact>[0],
  accountId: string,
) => findPendingContact(parts, accountId, kind)

export function linkBackupAddress(
  parts: LinkParts,
  asking: Asking,
  typed: string,
): Promise<Linked> {
  const { accountId } = asking
  const put: PutContact = (trx, { value: address, canonical }, at) =>
    putBackupAddress(trx, parts.keyring, {
      accountId,
      address,
      canonical,
      confirmedAt: at,
      provenAt: at,
      at,
    })
  return linkContact(parts, asking, { kind, typed }, put)
}

export async function unlinkBackupAddress(
  parts: MethodChangeParts,
  asking: Asking,
): Promise<'done' | OnProbation> {
  return await changeMethod<'done'>(parts, asking, async (trx) => {
    const old = await removeBackupAddress(trx, parts.keyring, asking.accountId)
    if (!old) return { outcome: 'done' }
    return { outcome: 'done', done: { method: kind, what: 'removed', old } }
  })
}
