// Tells the owner what happened to the account: by a letter to the mailbox and a message to every contact.

import { randomUUID } from 'node:crypto'
import type { Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import { isLocale, type Locale } from '#server/kit/i18n/texts.ts'
import type {
  Channel,
  CheckedParams,
  MessageName,
  MessageParams,
} from '#server/kit/messages/catalogue.ts'
import { type MessageParts, sendMessage } from '#server/kit/messages/send-message.ts'
import {
  type ContactLink,
  linksToReplace,
  offerUndo,
  type UndoableChange,
  type UndoParts,
} from '../undo/offer-undo.ts'
import { powerOf } from '../undo/undo-power.ts'
import type { Contact, LinkedContact } from './contact.ts'
import { type Reader, readersOf } from './notice-readers.ts'

/** Messages that tell of something the reader may not have done. */
export type NoticeName = Extract<
  MessageName,
  | `app-password-${'created' | 'revoked'}`
  | 'new-device'
  | 'password-changed'
  | 'password-reset'
  | 'password-reset-held'
  | 'password-reset-stopped'
  | 'undo-used'
  | `recovery-method-${'added' | 'changed' | 'removed'}`
>

type Known = 'mailbox' | 'at' | 'device' | 'place' | 'undoToken' | 'undoPower'

export interface Notice<N extends NoticeName> {
  readonly accountId: string
  readonly name: N
  /** What this message says beyond the moment, the device and the place. */
  readonly params: Omit<MessageParams<N>, Known>
  /** What its links take back. */
  readonly change: UndoableChange
  readonly at: Date
  readonly client: ClientInfo
  /** The contact that was replaced or removed: told as well, and put back by the links. */
  readonly old?: LinkedContact | undefined
  /** The contact that an undo took away: told as well. Security: no link puts it back, for it may be a stranger's. */
  readonly undone?: LinkedContact | undefined
  /** The contact that came with the change: told, but without a link. */
  readonly added?: Contact | undefined
  /**
   * Links of contacts that the change voids. Their readers are told as well and get new ones, so that nobody who knows the password can
   * take the contacts' word away by changing it.
   */
  readonly replaces?: readonly ContactLink[]
  /** Contacts that were removed or replaced lately, where the change has voided the links by which that is known. */
  readonly known?: readonly LinkedContact[]
  /** Letters only: for what somebody could make happen over and over, at so much an SMS. */
  readonly lettersOnly?: boolean
}

export interface NoticeParts extends MessageParts, UndoParts {
  readonly methods: { contactsOf(trx: Trx, accountId: string): Promise<readonly LinkedContact[]> }
  readonly settings: UndoParts['settings'] & { readonly defaultLocale: Locale }
}

const channelOf = { 'backup-address': 'mail', phone: 'sms' } as const

/** Writes the notices in the transaction of the change: each is sent exactly when the change is kept, and once. */
export async function notifyOwner<N extends NoticeName>(
  trx: AccountTrx,
  parts: NoticeParts,
  notice: Notice<N>,
): Promise<void> {
  const { accountId, change, at, client, replaces = [] } = notice
  const account = await findAccount(trx, accountId)
  if (!account) throw new Error('a notice about no account')
  const changeId = randomUUID()
  const linked = await parts.methods.contactsOf(trx, accountId)
  const { undoDays } = parts.settings
  const links = replaces.length > 0 ? replaces : await linksToReplace(trx, parts, accountId, at)
  const known = [...(notice.known ?? []), ...links.flatMap(({ old }) => old ?? [])]
  const channelTo = ({ contact }: Reader): Channel => (contact ? channelOf[contact.kind] : 'mail')
  const readers = readersOf({ ...notice, linked, known, undoDays })
  const offers: { readonly reader: Reader; readonly undoToken: string | null }[] = []
  for (const reader of readers.filter(
    (each) => !notice.lettersOnly || channelTo(each) === 'mail',
  )) {
    const { kind, contact, puts: old } = reader
    const offer = { changeId, accountId, change, old, reader: kind, contact, replaces, at }
    offers.push({ reader, undoToken: reader.getsLink ? await offerUndo(trx, parts, offer) : null })
  }
  for (const [nth, { reader, undoToken }] of offers.entries()) {
    const { kind, contact } = reader
    // Told once all links are made: a link of a contact that is gone keeps the mailbox from a new password.
    const undoPower: CheckedParams<NoticeName>['undoPower'] = await powerOf(
      trx,
      parts,
      { accountId, reader: kind },
      at,
    )
    const link = undoToken === null ? { undoToken } : { undoToken, undoPower }
    const params = {
      ...notice.params,
      mailbox: account.address,
      at: at.toISOString(),
      ...client,
      ...link,
    }
    await sendMessage(trx, parts, {
      name: notice.name as NoticeName,
      channel: channelTo(reader),
      to: contact?.value ?? account.address,
      params: params as unknown as MessageParams<NoticeName>,
      locale:
        account.locale && isLocale(account.locale) ? account.locale : parts.settings.defaultLocale,
      dedupeKey: `${changeId}:${nth}`,
    })
  }
}
