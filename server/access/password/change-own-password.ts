import type { Db } from '#db/connection.ts'
import { type AccountProof, changeAccount } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { AccountLife, NewPassword } from '#server/accounts/life/account-life.ts'
import { changePassword } from '#server/accounts/password/change-password.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { takeForm } from '#server/kit/web/sent-forms-store.ts'
import { type NoticeParts, notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import { doubtLateWays, type LateWayParts } from '#server/recovery/methods/doubt-late-ways.ts'
import { linksToReplace } from '#server/recovery/undo/offer-undo.ts'

/**
 * Changes the password for an owner who knows it. Earlier links "this was not me" are void, and
 * contacts get new ones.
 * @param form digest of the form; it is kept, so that a second click is recognised
 * @returns the new epoch
 * @throws StaleProof
 */
export async function changeOwnPassword(
  parts: NoticeParts & LateWayParts & { readonly db: Db; readonly life: AccountLife },
  asking: AccountProof & { readonly client: ClientInfo },
  password: NewPassword,
  at: Date,
  form?: Buffer,
): Promise<number> {
  const { accountId, client } = asking
  return await changeAccount(parts.db, asking, async (trx) => {
    const event = 'password.changed'
    const replaces = await linksToReplace(trx, parts, accountId, at)
    const change = { accountId, password, at, by: 'owner', voidsLinks: true } as const
    const epoch = await changePassword(trx, parts, change)
    await doubtLateWays(trx, parts, { accountId, at })
    await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at, client })
    const notice = { accountId, name: 'password-changed', params: {}, change: event } as const
    await notifyOwner(trx, parts, { ...notice, replaces, at, client })
    if (form) await takeForm(trx, form, at)
    return epoch
  })
}
