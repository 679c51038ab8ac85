// Informs the owner of a change: one mail to the mailbox and one message to every contact.
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

/** Messages about a change that the owner may not have made. */
export type NoticeName = {
  [N in MessageName]: CheckedParams<N> extends { undoToken: string | null } ? N : never
}[MessageName]

type Known = 'mailbox' | 'at' | 'device' | 'place' | 'undoToken' | 'undoPower'

export interface Notice<N extends NoticeName> {
  readonly accountId: string
  readonly name: N
  /** What this message says beyond the moment, the device and the place. */
  readonly params: Omit<MessageParams<N>, Known>
  readonly change: UndoableChange
  readonly at: Date
  readonly client: ClientInfo
  /** The contact that was replaced or removed. It gets a notice, and the links restore it. */
  readonly old?: LinkedContact | undefined
  /** Security: No link puts back a contact that an undo took away. It still gets a notice. */
  readonly undone?: LinkedContact | undefined
  /** The contact that came with the change. It gets a notice without a link. */
  readonly added?: Contact | undefined
  /** Links that the change voids. Their readers get new ones: no change silences them. */
  readonly replaces?: readonly ContactLink[]
  /** Contacts lost lately, to compare their age with the readers'. */
  readonly known?: readonly LinkedContact[]
  /** The queue that opens the mailbox, if it is shut now: its letter would come back. */
  readonly behind?: string
  /** For events that somebody could cause over and over, because each SMS costs money. */
  readonly lettersOnly?: boolean
}

export interface NoticeParts extends MessageParts, UndoParts {
  readonly methods: { contactsOf(trx: Trx, accountId: string): Promise<readonly LinkedContact[]> }
  readonly settings: UndoParts['settings'] & { readonly defaultLocale: Locale }
}

interface Offer {
  readonly reader: Reader
  readonly undoToken: string | null
}

const channelOf = { 'backup-address': 'mail', phone: 'sms' } as const

const channelTo = ({ contact }: Reader): Channel => (contact ? channelOf[contact.kind] : 'mail')

/** Writes the notices inside the transaction of the change, so both are kept or neither. */
export async function notifyOwner<N extends NoticeName>(
  trx: AccountTrx,
  parts: NoticeParts,
  notice: Notice<N>,
): Promise<void> {
  const { accountId, at, client } = notice
  const account = await findAccount(trx, accountId)
  if (!account) throw new Error('a notice about no account')
  const changeId = randomUUID()
  // All links first: one of a lost contact limits what the mailbox's link can do.
  const offers = await offerLinks(trx, parts, notice, changeId)
  const { locale, displayName } = account
  for (const [nth, { reader, undoToken }] of offers.entries()) {
    const { kind, contact } = reader
    const power = await powerOf(trx, parts, { accountId, reader: kind }, at)
    const undoPower: CheckedParams<NoticeName>['undoPower'] = power
    const params = {
      ...notice.params,
      mailbox: account.address,
      at: at.toISOString(),
      ...client,
      undoToken,
      ...(undoToken === null ? {} : { undoPower }),
    }
    await sendMessage(trx, parts, {
      name: notice.name as NoticeName,
      channel: channelTo(reader),
      to: contact?.value ?? account.address,
      params: params as unknown as MessageParams<NoticeName>,
      locale: locale && isLocale(locale) ? locale : parts.settings.defaultLocale,
      dedupeKey: `${changeId}:${nth}`,
      // As in `greeting.ts`, for contacts that were lost lately as well.
      greeted: kind === 'mailbox' || kind === 'contact' ? displayName : null,
      ownerId: accountId,
      behind: contact ? undefined : notice.behind,
    })
  }
}

async function offerLinks<N extends NoticeName>(
  trx: AccountTrx,
  parts: NoticeParts,
  notice: Notice<N>,
  changeId: string,
): Promise<Offer[]> {
  const { accountId, change, at, replaces = [] } = notice
  const { undoDays } = parts.settings
  const linked = await parts.methods.contactsOf(trx, accountId)
  const links = replaces.length > 0 ? replaces : await linksToReplace(trx, parts, accountId, at)
  const known = [...(notice.known ?? []), ...links.flatMap(({ old }) => old ?? [])]
  const offers: Offer[] = []
  for (const reader of readersOf({ ...notice, linked, known, undoDays })) {
    if (notice.lettersOnly && channelTo(reader) !== 'mail') continue
    const { kind, contact, puts: old, getsLink } = reader
    const offer = { changeId, accountId, change, old, reader: kind, contact, replaces, at }
    offers.push({ reader, undoToken: getsLink ? await offerUndo(trx, parts, offer) : null })
  }
  return offers
}
