// Links a contact: the right code is spent and the contact claimed in one transaction.
import type { Db, Trx } from '#db/connection.ts'
import { type AccountTrx, requireProof } from '#server/accounts/accounts/change-account.ts'
import { findClaimOwner } from '#server/accounts/claims/store.ts'
import type { Contact, LinkedContact } from '../contacts/contact.ts'
import { type JudgeParts, judgeCode } from '../contacts/judge-code.ts'
import { spendConfirmation } from '../contacts/store.ts'
import {
  type Asking,
  changeMethod,
  type MethodChangeParts,
  type OnProbation,
} from './change-method.ts'
import { askToDoubt } from './doubt-contact.ts'

export type LinkParts = MethodChangeParts & JudgeParts

export type Linked =
  | { readonly kind: 'linked' }
  /** The code was right, and another mailbox has the contact. */
  | { readonly kind: 'taken' }
  | { readonly kind: 'refused'; readonly reason: 'missing' | 'shape' | 'wrong' | 'dead' }
  | OnProbation

export type PutContact = (
  trx: AccountTrx,
  contact: Contact,
  at: Date,
) => Promise<
  { readonly kind: 'put'; readonly old: LinkedContact | undefined } | { readonly kind: 'taken' }
>

export async function linkContact(
  parts: LinkParts,
  asking: Asking,
  asked: { readonly kind: Contact['kind']; readonly typed: string },
  put: PutContact,
): Promise<Linked> {
  const { accountId } = asking
  const judged = await judgeCode(parts, { accountId, ...asked })
  if (judged.kind === 'refused') {
    if (judged.spentOn) return await answerAgain(parts.db, parts, accountId, judged.spentOn)
    // A new epoch ends codes and sessions. Then this throws, and leads to the sign-in page.
    if (judged.reason === 'dead') await requireProof(parts.db, asking)
    return judged
  }
  const { contact, digest } = judged
  return await changeMethod<Linked>(parts, asking, async (trx, at) => {
    const spent = await spendConfirmation(trx, { accountId, kind: contact.kind, digest, at })
    // Another click was faster.
    if (!spent) return { outcome: await answerAgain(trx, parts, accountId, contact) }
    const answer = await put(trx, contact, at)
    if (answer.kind === 'taken') {
      await askToDoubt(trx, parts.keyring, contact, at)
      return { outcome: { kind: 'taken' } }
    }
    const { old } = answer
    const outcome = { kind: 'linked' } as const
    // The owner proved the same contact once more: nothing has changed.
    if (old?.canonical === contact.canonical) return { outcome }
    const what = old ? 'changed' : 'added'
    return { outcome, done: { method: contact.kind, what, old, added: contact } }
  })
}

/** The answer that the spent code got before, if it still holds. */
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
