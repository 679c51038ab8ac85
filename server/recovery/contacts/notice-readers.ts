// Who is told of a change, and whose link can take it back.
import { msPerDay } from '#server/core/durations.ts'
import type { ContactLink, ReaderKind } from '../undo/offer-undo.ts'
import type { Contact, LinkedContact } from './contact.ts'

export interface Reader {
  readonly kind: ReaderKind
  /** Absent for the mailbox. */
  readonly contact?: LinkedContact
  readonly getsLink: boolean
  /** The contact that the link puts back. */
  readonly puts?: LinkedContact | undefined
}

export interface NoticeAudience {
  readonly linked: readonly LinkedContact[]
  readonly old?: LinkedContact | undefined
  readonly undone?: LinkedContact | undefined
  readonly added?: Contact | undefined
  readonly replaces?: readonly ContactLink[]
  /** Contacts that were removed or replaced lately. */
  readonly known: readonly LinkedContact[]
  readonly at: Date
  readonly undoDays: number
}

const isSame = (one: Contact, other: Contact | undefined) =>
  other !== undefined && one.kind === other.kind && one.canonical === other.canonical

/** Contacts that were taken from the account, and whose word still counts. */
function takenContacts({ linked, old, undone, replaces = [] }: NoticeAudience): LinkedContact[] {
  const taken = [old, undone].filter((contact) => contact !== undefined)
  for (const { old: contact } of replaces)
    if (contact && ![...linked, ...taken].some((known) => isSame(known, contact)))
      taken.push(contact)
  return taken
}

export function readersOf(about: NoticeAudience): Reader[] {
  const { linked, old, undone, added, at, undoDays } = about
  const taken = takenContacts(about)
  const all = [...linked, ...taken, ...about.known]
  const longAgo = new Date(at.getTime() - undoDays * msPerDay)
  // Security: a contact that came lately, after another one or in its place, may be a stranger's, and so may one in
  // doubt. It is told, and its link takes nothing back.
  const isSettled = ({ confirmedAt, doubtful }: LinkedContact) =>
    !doubtful && (confirmedAt <= longAgo || all.every((other) => confirmedAt <= other.confirmedAt))

  const ofMailbox: Reader = { kind: 'mailbox', getsLink: true, puts: old }
  const ofLinked = linked.map((contact): Reader => {
    const kind = isSame(contact, added) || !isSettled(contact) ? 'new-contact' : 'contact'
    // A contact that came with this very change has nothing to object to.
    return { kind, contact, getsLink: !isSame(contact, added), puts: old }
  })
  const ofTaken = taken.map((contact): Reader => {
    const kind = isSettled(contact) ? 'old-contact' : 'new-contact'
    return { kind, contact, getsLink: true, puts: isSame(contact, undone) ? undefined : contact }
  })
  return [ofMailbox, ...ofLinked, ...ofTaken]
}
