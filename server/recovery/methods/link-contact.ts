// A contact becomes the account's own: the right code is spent and the contact claimed in one transaction.
import type { Db, Trx } from '#db/connection.ts'
import { type AccountTrx, requireProof } from '#server/accounts/accounts/change-account.ts'
import { findClaimOwner } from '#server/accounts/claims/store.ts'
import type { Contact, LinkedContact } from '../contacts/contact.ts'
import { type JudgeParts, judgeCode } from '../contacts/judge-code.ts'
import { spendConfirmation } from '../contacts/store.ts'
import { type Asking, changeMethod, type Held, type MethodChangeParts } from './change-method.ts'
import { askToDoubt } from './doubt-contact.ts'

export type LinkParts = MethodChangeParts & JudgeParts

export type Linked =
  | { readonly kind: 'linked' }
  /** Possession is proven, and another mailbox holds it. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: 'missing' | 'shape' | 'wrong' | 'dead' }
  | Held

/** Links the contact in place of the one before, or answers `taken`. */
export type PutContact = (
  trx: AccountTrx,
  contact: Contact,
  at: Date,
) => Promise<
  { readonly kind: 'put'; readonly old: LinkedContact | undefined } | { readonly kind: 'taken' }
>

/** @param asked the kind of contact, and the code as it was typed */
export async function linkContact(
  parts: LinkParts,
  asking: Asking,
  asked: { readonly kind: Contact['kind']; readonly typed: string },
  put: PutContact,
): Promise<Linked> {
  const { accountId } = asking
  const judged = await judgeCode(parts, { accountId, ...asked })
  if (judged.kind === 'refused' && judged.spentOn)
    return await answerAgain(parts.db, parts, accountId, judged.spentOn)
  // Security: a code is dead in a new epoch. So is the session, and it is shown no more pages.
  if (judged.kind === 'refused' && judged.reason === 'dead') await requireProof(parts.db, asking)
  if (judged.kind === 'refused') return judged
  const { contact, digest } = judged
  return await changeMethod<Linked>(parts, asking, async (trx, at) => {
    const spent = await spendConfirmation(trx, { accountId, kind: contact.kind, digest, at })
    // Another click was faster.
    if (!spent) return { outcome: await answerAgain(trx, parts, accountId, contact) }
    const { kind: outcome, ...rest } = await put(trx, contact, at)
    if (outcome === 'taken') {
      await askToDoubt(trx, parts.keyring, contact, at)
      return { outcome: { kind: 'taken' } }
    }
    const old = 'old' in rest ? rest.old : undefined
    // Proven once more: nothing has changed that anybody would have to be told.
    if (old?.canonical === contact.canonical) return { outcome: { kind: 'linked' } }
    const what = old ? 'changed' : 'added'
    return {
      outcome: { kind: 'linked' },
      done: { method: contact.kind, what, old, added: contact },
    }
  })
}

/** What the right code led to when it was spent, as far as it still stands. */
async function answerAgain(
  db: Db | Trx,
  { keyring }: Pick<LinkParts, 'keyring'>,
  accountId: string,
  contact: Contact,
): Promise<Linked> {
  const holder = await findClaimOwner(db, keyring, contact.kind, contact.canonical)
  if (holder === accountId) return { kind: 'linked' }
  return holder ? { kind: 'taken' } : { kind: 'refused', reason: 'dead' }
}
