import type { Db, Trx } from '#db/connection.ts'
import { type AccountProof, changeAccount } from '#server/accounts/accounts/change-account.ts'
import { msPerMinute, msPerSecond } from '#server/core/durations.ts'
import { newCode, newToken } from '#server/core/keys/secrets.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import type { Contact } from './contact.ts'
import { type Confirmation, findConfirmation, noteMessage, putConfirmation } from './store.ts'

const codeDigits = 6
/** The same contact typed again within this time is a second click. */
const pauseMs = 60 * msPerSecond

export interface ProofParts extends MessageParts {
  readonly db: Db
  readonly settings: { readonly codeMinutes: number; readonly limitCodeTries: number }
}

/** `withhold`: nothing is sent, and the pages look as if a code was sent. */
export type Permit =
  | { readonly kind: 'send' | 'withhold' }
  /** Shown on the page, so it depends only on the asker and on what was typed. */
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number }

export interface Resend {
  /** When the newest code was sent, as the page with the button knew it, in milliseconds. */
  readonly seen: number | undefined
}

export interface WantedProof {
  readonly proof: AccountProof
  readonly contact: Contact
  readonly locale: Locale
  readonly typedAt?: Date | undefined
  /** Lets the owner of the address stop such mails; null if the account already has the address. */
  readonly stopToken?: string | null
  readonly resend?: Resend
  /** Counts the message, while the account is locked. */
  permit(trx: Trx): Promise<Permit>
}

export type AskedForProof =
  | { readonly kind: 'asked' }
  | Extract<Permit, { kind: 'limited' }>
  | { readonly kind: 'exhausted'; readonly until: Date }
  | { readonly kind: 'probation'; readonly until: Date }

/**
 * Security: That another mailbox holds a contact is told only after its code was proven.
 * @throws StaleProof
 */
export async function askForProof(parts: ProofParts, wanted: WantedProof): Promise<AskedForProof> {
  const { accountId, epoch } = wanted.proof
  const { codeMinutes, limitCodeTries: triesAllowed } = parts.settings
  return await changeAccount(parts.db, wanted.proof, async (trx, { probationUntil }) => {
    const at = parts.clock.now()
    if (probationUntil && probationUntil > at)
      return { kind: 'probation', until: probationUntil } as const
    const before = await findBefore(trx, parts, wanted)
    const sentAt = sentAtOf(parts, before, at)
    if (sentAt && isSecondClick(sentAt, at, wanted.resend)) return { kind: 'asked' } as const
    const permit = await wanted.permit(trx)
    // A code is on its way already. Its page says when another one can be sent.
    if (permit.kind === 'limited' && sentAt && !wanted.resend) return { kind: 'asked' } as const
    if (permit.kind === 'limited') return permit
    const code = newCode(codeDigits)
    const expiresAt = new Date(at.getTime() + codeMinutes * msPerMinute)
    const isSent = permit.kind === 'send'
    const put = await putConfirmation(trx, parts.keyring, {
      accountId,
      epoch,
      contact: wanted.contact,
      // Security: A code that nobody was sent cannot be guessed.
      code: isSent ? code : newToken(),
      typedAt: wanted.typedAt,
      at,
      expiresAt,
      triesAllowed,
    })
    if (put.kind === 'exhausted') return put
    const newest = await sendCode(trx, parts, wanted, { code, expiresAt, isSent })
    const { kind } = wanted.contact
    await noteMessage(trx, { accountId, kind, newest, earlier: before?.messages.newest ?? null })
    return { kind: 'asked' } as const
  })
}

async function sendCode(
  trx: Trx,
  parts: ProofParts,
  { proof, contact, locale, stopToken = null }: WantedProof,
  about: { readonly code: string; readonly expiresAt: Date; readonly isSent: boolean },
): Promise<string | null> {
  const to = about.isSent ? contact.value : null
  const params = { code: about.code, expiresAt: about.expiresAt.toISOString() }
  const ownerId = proof.accountId
  if (contact.kind === 'phone') {
    return await sendMessage(trx, parts, {
      name: 'phone-code',
      channel: 'sms',
      to,
      params,
      locale,
      ownerId,
    })
  }
  return await sendMessage(trx, parts, {
    name: 'backup-address-code',
    channel: 'mail',
    to,
    params: { ...params, stopToken },
    locale,
    ownerId,
  })
}

/** The code before, if it was for this very contact. */
async function findBefore(
  trx: Trx,
  { keyring }: ProofParts,
  { proof: { accountId }, contact }: WantedProof,
): Promise<Confirmation | undefined> {
  const found = await findConfirmation(trx, keyring, accountId, contact.kind)
  return found?.contact.canonical === contact.canonical ? found : undefined
}

/** When the code was sent, if it still works. */
function sentAtOf(
  { settings }: ProofParts,
  before: Confirmation | undefined,
  at: Date,
): Date | undefined {
  const isAlive =
    before && !before.spentAt && before.expiresAt > at && before.tries < settings.limitCodeTries
  return isAlive ? before.sentAt : undefined
}

function isSecondClick(sentAt: Date, at: Date, resend: Resend | undefined): boolean {
  if (!resend) return at.getTime() - sentAt.getTime() < pauseMs
  // The page knows an older code than the newest, so its button was clicked before.
  return resend.seen !== undefined && resend.seen !== sentAt.getTime()
}
