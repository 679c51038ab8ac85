import type { Db, Trx } from '#db/connection.ts'
import { type AskedForProof, type AskingForProof, askForProof, type ProofParts } from '../contacts/ask-for-proof.ts'
import type { Contact } from '../contacts/contact.ts'
import { findConfirmation } from '../contacts/store.ts'
import { type EmailAddressRefusal, parseEmailAddress } from '../core/email-address.ts'
import type { Keyring } from '../core/keyring.ts'
import { type Asking, changeMethod, type Held, type MethodChangeParts } from '../recovery-methods/change-method.ts'
import { type Linked, type LinkParts, linkContact } from '../recovery-methods/link-contact.ts'
import type { MailGuard } from './mail-guard.ts'
import { putBackupAddress, removeBackupAddress } from './store.ts'

export interface BackupAddressParts extends ProofParts {
  readonly mailGuard: MailGuard
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

/** Mails a code to the address, whoever has it already. */
export async function askBackupAddress(
  parts: BackupAddressParts,
  about: Omit<AskingForProof, 'permit'>,
): Promise<AskedForProof> {
  const keys = [about.accountId, about.contact.canonical]
  const permit = (trx: Trx) => parts.mailGuard.within(trx).permit('confirm', keys)
  return await askForProof(parts, { ...about, permit })
}

/** The address that a code was mailed to and that waits for it. */
export async function pendingBackupAddress(
  { db, keyring }: { readonly db: Db; readonly keyring: Keyring },
  accountId: string,
): Promise<Contact | undefined> {
  const found = await findConfirmation(db, keyring, accountId, 'backup-address')
  return found && !found.spentAt ? found.contact : undefined
}

export const linkBackupAddress = (parts: LinkParts, asking: Asking, typed: string): Promise<Linked> =>
  linkContact(parts, asking, { kind: 'backup-address', typed }, (trx, { value: address, canonical }, at) => {
    const { accountId } = asking
    return putBackupAddress(trx, parts.keyring, { accountId, address, canonical, confirmedAt: at, provenAt: at, at })
  })

/** The address can be linked again, here or elsewhere. */
export async function unlinkBackupAddress(parts: MethodChangeParts, asking: Asking): Promise<'done' | Held> {
  return await changeMethod<'done'>(parts, asking, async (trx) => {
    const old = await removeBackupAddress(trx, parts.keyring, asking.accountId)
    return old ? { outcome: 'done', done: { method: 'backup-address', what: 'removed', old } } : { outcome: 'done' }
  })
}
