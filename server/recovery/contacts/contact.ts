/** A way to reach a person apart from the mailbox. */
export type ContactKind = 'backup-address' | 'phone'

export interface Contact {
  readonly kind: ContactKind
  /** Where messages go: a mail address, or a number as E.164. */
  readonly value: string
  /** The form in which it is unique; equal to `value` for phones. */
  readonly canonical: string
}

export interface LinkedContact extends Contact {
  readonly confirmedAt: Date
  /** When the account's owner last linked it, or recovered with it. */
  readonly provenAt: Date
  /** It may be a stranger's, until the account's owner links it again. */
  readonly doubtful?: true
}

/** Security: A contact in doubt gives no way back while another one is beyond doubt. */
export const givesWayBack = (contact: LinkedContact, all: readonly LinkedContact[]): boolean =>
  !contact.doubtful || !all.some((other) => other.kind !== contact.kind && !other.doubtful)
