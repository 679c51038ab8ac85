// Tells the owner what happened to the account: by a letter to the mailbox and a message to every contact.
import { randomUUID } from 'node:crypto'
import type { Trx } from '#db/connection.ts'
import { findAccount } from '../accounts/store.ts'
import type { Trace } from '../activity/events.ts'
import { isLocale, type Locale } from '../i18n/texts.ts'
import type { Channel, MessageName, MessageParams } from '../messages/catalogue.ts'
import { type MessageParts, sendMessage } from '../messages/send-message.ts'
import { offerUndo, type Told, type UndoableChange, type UndoParts } from '../undo/offer-undo.ts'
import type { Contact, LinkedContact } from './contact.ts'

/** Messages that tell of something the reader may not have done. */
export type NoticeName = Extract<
  MessageName,
  | `app-password-${'created' | 'revoked'}`
  | 'new-device'
  | 'password-changed'
  | 'password-reset'
  | 'password-reset-held'
  | `recovery-method-${'added' | 'changed' | 'removed'}`
>

type Known = 'mailbox' | 'at' | 'device' | 'place' | 'undoToken'

export interface Notice<N extends NoticeName> {
  readonly accountId: string
  readonly name: N
  /** What this message says beyond the moment, the device and the place. */
  readonly params: Omit<MessageParams<N>, Known>
  /** What its links take back. */
  readonly change: UndoableChange
  readonly at: Date
  readonly trace: Trace
  /** The contact that was replaced or removed: told as well, and put back by the links. */
  readonly old?: LinkedContact | undefined
  /** The contact that came with the change: told, but without a link. */
  readonly added?: Contact | undefined
  /** Letters only: for what somebody could make happen over and over, at so much an SMS. */
  readonly lettersOnly?: boolean
}

export interface NoticeParts extends MessageParts, UndoParts {
  readonly methods: { contactsOf(trx: Trx, accountId: string): Promise<readonly LinkedContact[]> }
  readonly settings: UndoParts['settings'] & { readonly defaultLocale: Locale }
}

interface Reader {
  readonly told: Told
  readonly channel: Channel
  readonly to: string
  /** Names the reader in the dedupe key. */
  readonly label: string
}

const channelOf = { 'backup-address': 'mail', phone: 'sms' } as const

/** Writes the notices in the transaction of the change: each is sent exactly when the change is kept, and once. */
export async function tellOwner<N extends NoticeName>(trx: Trx, parts: NoticeParts, notice: Notice<N>): Promise<void> {
  const { accountId, change, old, added, at, trace } = notice
  const account = await findAccount(trx, accountId)
  if (!account) throw new Error('a notice about no account')
  const changeId = randomUUID()
  const linked = await parts.methods.contactsOf(trx, accountId)
  const isAdded = (contact: Contact) => added?.kind === contact.kind && added.canonical === contact.canonical
  const readers: readonly Reader[] = [
    { told: 'mailbox', channel: 'mail', to: account.address, label: 'mailbox' },
    ...linked.map(
      (contact): Reader => ({
        told: isAdded(contact) ? 'new-contact' : 'contact',
        channel: channelOf[contact.kind],
        to: contact.value,
        label: contact.kind,
      }),
    ),
    ...(old ? [{ told: 'old-contact' as const, channel: channelOf[old.kind], to: old.value, label: 'old' }] : []),
  ]
  for (const { told, channel, to, label } of readers) {
    if (notice.lettersOnly && channel === 'sms') continue
    // Security: a contact that came with the disputed change gets no link that takes changes back.
    const undoToken =
      told === 'new-contact' ? null : await offerUndo(trx, parts, { changeId, accountId, change, old, told, at })
    const params = { ...notice.params, mailbox: account.address, at: at.toISOString(), ...trace, undoToken }
    await sendMessage(trx, parts, {
      name: notice.name as NoticeName,
      channel,
      to,
      params: params as unknown as MessageParams<NoticeName>,
      locale: account.locale && isLocale(account.locale) ? account.locale : parts.settings.defaultLocale,
      dedupeKey: `${changeId}:${label}`,
    })
  }
}
