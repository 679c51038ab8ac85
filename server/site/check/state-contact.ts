// A signed-in owner says that a contact is still theirs. It stops the question, and proves nothing.
import { changeAccount } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { Asking } from '#server/recovery/methods/change-method.ts'
import type { SiteParts } from '../parts.ts'
import { listOpenQuestions } from './still-yours.ts'
import { putStatement } from './store.ts'

export type Stated = 'stated' | 'no-contact'

/** @throws StaleProof */
export async function stateContact(
  parts: SiteParts,
  asking: Asking,
  kind: string,
): Promise<Stated> {
  const { db, clock, keyring, methods, settings } = parts
  const { accountId, client } = asking
  return await changeAccount(db, asking, async (trx) => {
    const at = clock.now()
    const contacts = await methods.contactsOf(trx, accountId)
    const contact = contacts.find((each) => each.kind === kind)
    if (!contact) return 'no-contact'
    const open = await listOpenQuestions(trx, accountId, [contact], { settings, at })
    if (open.length === 0) return 'stated'
    await putStatement(trx, accountId, contact, at)
    const details = { method: contact.kind, by: 'owner' } as const
    const event = 'contact.confirmed'
    await recordActivity(trx, keyring, { accountId, event, details, at, client })
    return 'stated'
  })
}
