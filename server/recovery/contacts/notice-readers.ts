// Who gets a notice, and whose link can undo the change.
import { msPerDay } from '#server/core/durations.ts'
import type { ContactLink, ReaderKind } from '../undo/offer-undo.ts'
import type { Contact, LinkedContact } from './contact.ts'

export interface Reader {
  readonly kind: ReaderKind
  /** Absent for the mailbox. */
  readonly contact?: LinkedContact
  readonly getsLink: boolean
  readonly puts?: LinkedContact | undefined
}

export interface NoticeAudience {
  readonly linked: readonly LinkedContact[]
  readonly old?: LinkedContact | undefined
  readonly undone?: LinkedContact | undefined
  readonly added?: Contact | undefined
  readonly replaces?: readonly ContactLink[]
  readonly known: readonly LinkedContact[]
  readonly at: Date
  readonly undoDays: number
}

type Age = Pick<NoticeAudience, 'at' | 'undoDays'>

// Security: The link of a contact that came lately or is in doubt takes nothing back.
export function isSettled(
  { confirmedAt, doubtful }: LinkedContact,
  all: readonly LinkedContact[],
  { at, undoDays }: Age,
): boolean {
  if (doubtful) return false
  const longAgo = new Date(at.getTime() - undoDays * msPerDay)
  return confirmedAt <= longAgo || all.every((other) => confirmedAt <= other.confirmedAt)
}

const isSame = (one: Contact, other: Contact | undefined) =>
  other !== undefined && one.kind === other.kind && one.canonical === other.canonical

/** Contacts that the account lost and that still get a notice with a link. */
function takenContacts({ linked, old, undone, replaces = [] }: NoticeAudience): LinkedContact[] {
  const taken = [old, undone].filter((contact) => contact !== undefined)
  for (const { old: contact } of replaces) {
    const known = [...linked, ...taken]
    if (contact && !known.some((each) => isSame(each, contact))) taken.push(contact)
  }
  return taken
}

export function readersOf(about: NoticeAudience): Reader[] {
  const { linked, old, undone, added } = about
  const taken = takenContacts(about)
  const all = [...linked, ...taken, ...about.known]

  const ofMailbox: Reader = { kind: 'mailbox', getsLink: true, puts: old }
  const ofLinked = linked.map((contact): Reader => {
    const isNew = isSame(contact, added)
    const kind = isNew || !isSettled(contact, all, about) ? 'new-contact' : 'contact'
    return { kind, contact, getsLink: !isNew, puts: old }
  })
  const ofTaken = taken.map((contact): Reader => {
    const kind = isSettled(contact, all, about) ? 'old-contact' : 'new-contact'
    const puts = isSame(contact, undone) ? undefined : contact
    return { kind, contact, getsLink: true, puts }
  })
  return [ofMailbox, ...ofLinked, ...ofTaken]
}
