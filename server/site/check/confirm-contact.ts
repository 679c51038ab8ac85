// The link of a letter that asks whether a contact is still its owner's.
import type { Trx } from '#db/connection.ts'
import {
  type AccountLock,
  type AccountTrx,
  lockAccount,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { hashToken, isToken } from '#server/core/keys/secrets.ts'
import type { LinkedContact } from '#server/recovery/contacts/contact.ts'
import type { SiteParts } from '../parts.ts'
import { findQuestion, type Question, spendQuestion } from './store.ts'

export interface OpenLink {
  readonly kind: 'open'
  readonly trx: AccountTrx
  readonly tokenHash: Buffer
  readonly accountId: string
  readonly mailbox: string
  readonly contact: LinkedContact
}

export type LinkState =
  | OpenLink
  | { readonly kind: 'used'; readonly at: Date }
  | { readonly kind: 'newer' | 'expired'; readonly at: Date }
  | { readonly kind: 'changed' | 'unknown' }

async function judge(
  { clock, methods }: SiteParts,
  { kind, accountId, contactSince, usedAt, replacedAt, expiresAt }: Question,
  lock: AccountLock,
  tokenHash: Buffer,
): Promise<LinkState> {
  if (usedAt) return { kind: 'used', at: usedAt }
  if (replacedAt) return { kind: 'newer', at: replacedAt }
  if (expiresAt <= clock.now()) return { kind: 'expired', at: expiresAt }
  if (lock.kind === 'stale') return { kind: 'changed' }
  const { trx, account } = lock
  const contact = await methods.byId(kind).findContact(trx, accountId)
  // Security: A yearly link confirms only the contact that it was sent to, while beyond doubt.
  if (contact?.confirmedAt.getTime() !== contactSince.getTime() || contact.doubtful)
    return { kind: 'changed' }
  return { kind: 'open', trx, tokenHash, accountId, mailbox: account.address, contact }
}

/** Locks the account, so that two clicks come one after the other. */
async function inspect(trx: Trx, parts: SiteParts, token: string): Promise<LinkState> {
  if (!isToken(token)) return { kind: 'unknown' }
  const tokenHash = hashToken(token)
  const found = await findQuestion(trx, tokenHash)
  if (!found) return { kind: 'unknown' }
  const { accountId, epoch } = found
  const lock = await lockAccount(trx, { accountId, epoch })
  const question = await findQuestion(trx, tokenHash)
  if (!question) return { kind: 'unknown' }
  return await judge(parts, question, lock, tokenHash)
}

export const inspectLink = (parts: SiteParts, token: string): Promise<LinkState> =>
  parts.db.transaction((trx) => inspect(trx, parts, token))

/** Security: A yearly link confirms its contact once, and gives nothing else. */
export async function confirmByLink(
  parts: SiteParts,
  token: string,
  client: ClientInfo,
): Promise<void> {
  await parts.db.transaction(async (outer) => {
    const link = await inspect(outer, parts, token)
    if (link.kind !== 'open') return
    const { trx, tokenHash, accountId, contact } = link
    const at = parts.clock.now()
    if (!(await spendQuestion(trx, tokenHash, at))) return
    await parts.methods.byId(contact.kind).proveContact?.(trx, accountId, at)
    const details = { method: contact.kind, by: 'letter' } as const
    const event = 'contact.confirmed'
    await recordActivity(trx, parts.keyring, { accountId, event, details, at, client })
  })
}
