import type { Db } from '#db/connection.ts'
import { findOwnSettings } from '#server/accounts/accounts/own-settings-store.ts'
import type { Translate } from '#server/kit/i18n/texts.ts'
import type { AppleProfileTexts } from './apple.ts'

/** @param owner id of the account, if it is signed in and asks for its own profile */
export async function profileTexts(
  { db, title }: { readonly db: Db; readonly title: string },
  t: Translate,
  owner: string | undefined,
): Promise<AppleProfileTexts> {
  const own = owner === undefined ? undefined : await findOwnSettings(db, owner)
  const description = t('help-mail-programs.profile.description')
  return { title, description, displayName: own?.displayName ?? null }
}
