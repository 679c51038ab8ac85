import type { Db, Trx } from '#db/connection.ts'
import { type AccountProof, changeAccount } from '#server/accounts/accounts/change-account.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { newCode, newToken } from '#server/core/keys/secrets.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import type { Contact } from './contact.ts'
import { findConfirmation, putConfirmation } from './store.ts'

const codeDigits = 6
/** Within this many seconds the same contact, typed into the form again, is a second click. */
const pauseSeconds = 60

export interface ProofParts extends MessageParts {
  readonly db: Db
  readonly settings: { readonly codeMinutes: number; readonly limitCodeTries: number }
}

/** `hold-back`: nothing leaves, and everything else happens as if it did. */
export type Permit =
  | { readonly kind: 'send' | 'hold-back' }
  /** For what depends on who asks and on what was typed, and on nobody else. */
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }

/** The moment of the newest code that the page of the button knew of. */
export interface SecondLook {
  readonly seen: number | undefined
}

export interface WantedProof {
  readonly proof: AccountProof
  readonly contact: Contact
  readonly locale: Locale
  /** When the contact was typed; now, unless a code is sent again. */
  readonly typedAt?: Date | undefined
  /** By which the owner of the address ends such letters; null where the address is the account's own already. */
  readonly stopToken?: string | null
  /** By the button "another code", on a page that says when the last one was sent. */
  readonly again?: SecondLook
  /** Counts the message, in the transaction of the request, while it holds the account. */
  permit(trx: Trx): Promise<Permit>
}

export type AskedForProof =
  | { readonly kind: 'asked' }
  | Extract<Permit, { kind: 'limited' }>
  /** The tries of the codes before are used up. */
  | { readonly kind: 'exhausted'; readonly until: Date }
  | { readonly kind: 'probation'; readonly until: Date }

/**
 * Sends a code to the contact, which becomes the account's own when the code comes back. A second click finds the code under way: it sends
 * nothing and counts nothing.
 * Security: a contact that another mailbox holds is asked for like any other, and what is held back looks the same.
 * @throws StaleProof
 */
export async function askForProof(parts: ProofParts, wanted: WantedProof): Promise<AskedForProof> {
  const { proof, contact, locale, stopToken = null } = wanted
  const { accountId, epoch } = proof
  const { codeMinutes, limitCodeTries: triesAllowed } = parts.settings
  return await changeAccount(parts.db, proof, async (trx, { probationUntil }) => {
    const at = parts.clock.now()
    if (probationUntil && probationUntil > at)
      return { kind: 'probation', until: probationUntil } as const
    const sentAt = await underWaySince(trx, parts, wanted, at)
    if (sentAt && isSecondClick(sentAt, at, wanted.again)) return { kind: 'asked' } as const
    const permit = await wanted.permit(trx)
    // What was typed once more leads to the page of the code that is under way, which says when there can be another one.
    if (permit.kind === 'limited' && sentAt && !wanted.again) return { kind: 'asked' } as const
    if (permit.kind === 'limited') return permit
    const code = newCode(codeDigits)
    const expiresAt = new Date(at.getTime() + codeMinutes * msPerMinute)
    const isSent = permit.kind === 'send'
    const put = await putConfirmation(trx, parts.keyring, {
      ...{ accountId, epoch, contact, at, expiresAt, triesAllowed },
      // Security: a code that nobody was sent cannot be guessed either.
      code: isSent ? code : newToken(),
      typedAt: wanted.typedAt,
    })
    if (put.kind === 'exhausted') return put
    const params = { code, expiresAt: expiresAt.toISOString() }
    const message = { to: isSent ? contact.value : null, locale }
    await (contact.kind === 'phone'
      ? sendMessage(trx, parts, { name: 'phone-code', channel: 'sms', params, ...message })
      : sendMessage(trx, parts, {
          name: 'backup-address-code',
          channel: 'mail',
          params: { ...params, stopToken },
          ...message,
        }))
    return { kind: 'asked' } as const
  })
}

/** When the code was sent that this very contact still waits for. The caller holds the account: of two clicks the second sees it. */
async function underWaySince(
  trx: Trx,
  { keyring, settings }: ProofParts,
  { proof: { accountId }, contact }: WantedProof,
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
function isSecondClick(sentAt: Date, at: Date, again: SecondLook | undefined): boolean {
  if (!again) return at.getTime() - sentAt.getTime() < pauseSeconds * 1000
  return again.seen !== undefined && again.seen !== sentAt.getTime()
}
