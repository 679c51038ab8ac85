import type { Db } from '#db/connection.ts'
import { type AccountProof, changeAccount } from '../accounts/change-account.ts'
import { newCode } from '../core/secrets.ts'
import type { Locale } from '../i18n/texts.ts'
import { type MessageParts, sendMessage } from '../messages/send-message.ts'
import type { Contact } from './contact.ts'
import { putConfirmation } from './store.ts'

const codeDigits = 6

export interface ProofParts extends MessageParts {
  readonly db: Db
  readonly settings: { readonly codeMinutes: number; readonly limitCodeTries: number }
}

export type AskedForProof =
  | { readonly kind: 'asked' }
  /** The tries of the codes before are used up. */
  | { readonly kind: 'exhausted'; readonly until: Date }
  | { readonly kind: 'probation'; readonly until: Date }

/**
 * Sends a code to the contact, which becomes the account's own when the code comes back.
 * Security: a contact that another mailbox holds is asked for like any other. The caller has counted the message.
 * @throws StaleProof
 */
export async function askForProof(
  parts: ProofParts,
  about: { readonly proof: AccountProof; readonly contact: Contact; readonly locale: Locale },
): Promise<AskedForProof> {
  const { proof, contact, locale } = about
  const { accountId, epoch } = proof
  const { codeMinutes, limitCodeTries: triesAllowed } = parts.settings
  return await changeAccount(parts.db, proof, async (trx, { probationUntil }) => {
    const at = parts.clock.now()
    if (probationUntil && probationUntil > at) return { kind: 'probation', until: probationUntil } as const
    const code = newCode(codeDigits)
    const expiresAt = new Date(at.getTime() + codeMinutes * 60_000)
    const put = await putConfirmation(trx, parts.keyring, {
      accountId,
      epoch,
      contact,
      code,
      at,
      expiresAt,
      triesAllowed,
    })
    if (put.kind === 'exhausted') return put
    const message = { params: { code, expiresAt: expiresAt.toISOString() }, to: contact.value, locale }
    await (contact.kind === 'phone'
      ? sendMessage(trx, parts, { name: 'phone-code', channel: 'sms', ...message })
      : sendMessage(trx, parts, { name: 'backup-address-code', channel: 'mail', ...message }))
    return { kind: 'asked' } as const
  })
}
