/** A way to reach a person apart from the mailbox. */
export type ContactKind = 'backup-address' | 'phone'

export interface Contact {
  readonly kind: ContactKind
  /** Where messages go: a mail address, or a number as E.164. */
  readonly value: string
  /** The form in which it is unique; equal to `value` for phones. */
  readonly canonical: string
}

/** A contact that an account has. */
export interface LinkedContact extends Contact {
  readonly confirmedAt: Date
  /** When its owner last linked it or recovered with it. */
  readonly provenAt: Date
  /**
   * Somebody else has proven possession since, or an older contact recovered the account
   * shortly after this one was linked. Linking it again ends the doubt.
   */
  readonly doubtful?: true
}

/** Security: A contact in doubt gives no way back while another one is beyond doubt. */
export const givesWayBack = (contact: LinkedContact, all: readonly LinkedContact[]): boolean =>
  !contact.doubtful || !all.some((other) => other.kind !== contact.kind && !other.doubtful)
