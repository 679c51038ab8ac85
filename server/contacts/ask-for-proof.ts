import type { Db, Trx } from '#db/connection.ts'
import { holdForMethodChange } from '../accounts/store.ts'
import { newCode } from '../core/secrets.ts'
import type { Locale } from '../i18n/texts.ts'
import { type MessageParts, sendMessage } from '../messages/send-message.ts'
import type { Contact } from './contact.ts'
import { findConfirmation, putConfirmation } from './store.ts'

const codeDigits = 6
/** Within this many seconds the same contact, typed into the form again, is a second click. */
const pauseSeconds = 60

export interface ProofParts extends MessageParts {
  readonly db: Db
  readonly settings: { readonly codeMinutes: number; readonly limitCodeTries: number }
}

export type AskedForProof =
  | { readonly kind: 'asked' }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }
  /** The tries of the codes before are used up. */
  | { readonly kind: 'exhausted'; readonly until: Date }
  | { readonly kind: 'probation'; readonly until: Date }
  | { readonly kind: 'gone' }

export interface AskingForProof {
  readonly accountId: string
  readonly contact: Contact
  readonly locale: Locale
  /** Counts the message, in the transaction in which it is written. */
  readonly permit: (trx: Trx) => Promise<MessagePermit>
  /** By the button "another code", where the person has seen a page that says when the last one was sent. */
  readonly again?: { readonly seen: number | undefined }
}

type MessagePermit = { readonly kind: 'permitted' } | { readonly kind: 'refused'; readonly retryAfterSeconds: number }

/**
 * Sends a code to the contact, which becomes the account's own when the code comes back. A second click finds the code under way: it sends
 * nothing and counts nothing.
 * Security: a contact that another mailbox holds is asked for like any other.
 */
export async function askForProof(parts: ProofParts, about: AskingForProof): Promise<AskedForProof> {
  const { accountId, contact, locale, permit } = about
  const { codeMinutes, limitCodeTries: triesAllowed } = parts.settings
  return await parts.db.transaction(async (trx) => {
    const at = parts.clock.now()
    const held = await holdForMethodChange(trx, accountId, at)
    if (held.kind !== 'held') return held
    const sentAt = await underWaySince(trx, parts, about, at)
    if (sentAt && isSecondClick(sentAt, at, about.again)) return { kind: 'asked' }
    const permitted = await permit(trx)
    // What was typed once more leads to the page of the code that is under way, which says when there can be another one.
    if (permitted.kind === 'refused' && sentAt && !about.again) return { kind: 'asked' }
    if (permitted.kind === 'refused') return { kind: 'limited', retryAfterSeconds: permitted.retryAfterSeconds }
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

/** When the code was sent that this very contact still waits for. The caller holds the account: of two clicks the second sees it. */
async function underWaySince(
  trx: Trx,
  { keyring, settings }: ProofParts,
  { accountId, contact }: AskingForProof,
  at: Date,
): Promise<Date | undefined> {
  const found = await findConfirmation(trx, keyring, accountId, contact.kind)
  const isUnderWay =
    found?.contact.canonical === contact.canonical &&
    !found.spentAt &&
    found.expiresAt > at &&
    found.tries < settings.limitCodeTries
  return isUnderWay ? found.sentAt : undefined
}

/** The form typed again within the pause; the button of a page that shows an older code than the newest. */
function isSecondClick(sentAt: Date, at: Date, again: AskingForProof['again']): boolean {
  if (!again) return at.getTime() - sentAt.getTime() < pauseSeconds * 1000
  return again.seen !== undefined && again.seen !== sentAt.getTime()
}
