import type { Db } from '#db/connection.ts'
import { holdForMethodChange } from '../accounts/store.ts'
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
  | { readonly kind: 'gone' }

/**
 * Sends a code to the contact, which becomes the account's own when the code comes back.
 * Security: a contact that another mailbox holds is asked for like any other. The caller has counted the message.
 */
export async function askForProof(
  parts: ProofParts,
  about: { readonly accountId: string; readonly contact: Contact; readonly locale: Locale },
): Promise<AskedForProof> {
  const { accountId, contact, locale } = about
  const { codeMinutes, limitCodeTries: triesAllowed } = parts.settings
  return await parts.db.transaction(async (trx) => {
    const at = parts.clock.now()
    const held = await holdForMethodChange(trx, accountId, at)
    if (held.kind !== 'held') return held
    const code = newCode(codeDigits)
    const expiresAt = new Date(at.getTime() + codeMinutes * 60_000)
    const put = await putConfirmation(trx, parts.keyring, { accountId, contact, code, at, expiresAt, triesAllowed })
    if (put.kind === 'exhausted') return put
    const message = { params: { code, expiresAt: expiresAt.toISOString() }, to: contact.value, locale }
    await (contact.kind === 'phone'
      ? sendMessage(trx, parts, { name: 'phone-code', channel: 'sms', ...message })
      : sendMessage(trx, parts, { name: 'backup-address-code', channel: 'mail', ...message }))
    return { kind: 'asked' } as const
  })
}
