/** Where a person can be reached apart from the mailbox, and shown to be theirs. */
export type ContactKind = 'backup-address' | 'phone'

export interface Contact {
  readonly kind: ContactKind
  /** Where messages are sent: a mail address, or a number as E.164. */
  readonly value: string
  /** By which it is unique; equal to `value` for phones. */
  readonly canonical: string
}

/** A contact that an account holds. */
export interface LinkedContact extends Contact {
  /** Since when it is linked. */
  readonly confirmedAt: Date
  /** When its holder last showed that it is theirs: by linking it or by recovering with it. */
  readonly provenAt: Date
  /**
   * Somebody else has shown since then that they have it, or it was linked shortly before its account recovered by an older one; its holder
   * has not confirmed it again.
   */
  readonly doubtful?: true
}

/** Security: a contact in doubt gives no way back while another one is beyond doubt. */
export const givesWayBack = (contact: LinkedContact, all: readonly LinkedContact[]): boolean =>
  !contact.doubtful || !all.some((other) => other.kind !== contact.kind && !other.doubtful)
