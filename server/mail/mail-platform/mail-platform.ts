import type { Suspension } from '#server/accounts/life/account-life.ts'

export type PasswordFormat = 'argon2id' | 'sha512-crypt' | 'plaintext'

/** The whole wanted state of one mailbox, never a difference. */
export interface WantedMailbox {
  /** Keeps an address that is given out again from opening the old letters. */
  readonly accountId: string
  /** Canonical, lower case, `name@domain`. */
  readonly address: string
  /** Grows with every change. A platform never goes back to a smaller one. */
  readonly revision: number
  /** `null`: no main password; hosted platforms keep the present one. */
  readonly password: string | null
  readonly suspension: Suspension
  /** Mail programs show it, where the platform can. Never words that a person typed. */
  readonly suspensionReason: string | null
  readonly quotaBytes: number
  readonly mainPasswordOpensMail: boolean
  /** Addresses that also receive letters for the mailbox and may be sent from. */
  readonly aliases: readonly string[]
}

/** `imap` also opens ManageSieve, by which mail programs change filters. */
export type MailService = 'imap' | 'pop3' | 'smtp'

export interface WantedAppPassword {
  readonly id: string
  readonly services: readonly MailService[]
  /** SHA-256 of the secret without blanks. */
  readonly secretSha256: Buffer
  readonly createdAt: Date
}

export interface WantedAppPasswords {
  readonly accountId: string
  readonly address: string
  readonly revision: number
  readonly passwords: readonly WantedAppPassword[]
}

export type Applied =
  | { readonly kind: 'applied'; readonly revision: number }
  /** The platform has a newer revision already, so nothing was changed. */
  | { readonly kind: 'superseded'; readonly revision: number }

/**
 * `permanent`: an operator must look (refused value). `retry`: try later.
 * `unknown`: it may have been carried out; read the state before trying again.
 */
export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly kind: 'permanent' | 'retry' | 'unknown'
  readonly retryAfterSeconds: number | undefined
  constructor(
    kind: 'permanent' | 'retry' | 'unknown',
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: options.cause })
    this.kind = kind
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** A mailbox as the platform shows it. What the platform does not show is absent. */
export interface ObservedMailbox {
  readonly address: string
  readonly accountId?: string
  readonly revision?: number
  readonly suspension?: Suspension
  readonly quotaBytes?: number
  readonly usedBytes?: number
  readonly aliases?: readonly string[]
  readonly password?: string | null
  readonly mainPasswordOpensMail?: boolean
  readonly appPasswords?: readonly Omit<WantedAppPassword, 'createdAt'>[]
}

export interface ListedFilter {
  readonly name: string
  readonly active: boolean
}

/** A Sieve script (RFC 5228), byte for byte. */
export interface FilterScript {
  readonly name: string
  readonly text: string
}

/** Calls may come twice or late. A missing mailbox is no fault: it has no filters. */
export interface PlatformFilters {
  list(address: string): Promise<readonly ListedFilter[]>
  read(address: string, name: string): Promise<string | undefined>
  /** Switches the active script off without deleting it. */
  deactivate(address: string): Promise<void>
  /** Stores a script, inactive. `refused`: the platform cannot read the script. */
  write(address: string, script: FilterScript): Promise<'done' | 'refused'>
  /** `refused`: the platform cannot read the script. */
  activate(address: string, name: string): Promise<'done' | 'absent' | 'refused'>
  remove(address: string, name: string): Promise<void>
}

/** Calls may come twice or late. They throw `PlatformError` only. */
export interface MailPlatform {
  readonly id: string
  readonly passwordFormat: PasswordFormat
  readonly reportsUsedBytes?: boolean
  readonly reportsSignIns?: boolean
  /** Makes or changes the mailbox. Looked up by account id, so a retry makes no second one. */
  apply(wanted: WantedMailbox): Promise<Applied>
  /** Replaces all, after `apply` of this revision. Absent: the portal offers none. */
  applyAppPasswords?(wanted: WantedAppPasswords): Promise<Applied>
  /** Removes the mailbox, into a quarantine if the platform can. */
  remove(mailbox: { readonly accountId: string; readonly address: string }): Promise<void>
  /** Deletes mailboxes after quarantine. Absent: the platform does. @returns how many */
  purge?(): Promise<number>
  endSessions(address: string): Promise<void>
  /** Absent: the portal cannot reach filters, and asks people to look at them. */
  readonly filters?: PlatformFilters
  /** Throws if the platform is away or refuses the portal. Absent: try `observe`. */
  probe?(): Promise<void>
  list(): AsyncIterable<ObservedMailbox>
  observe(address: string): Promise<ObservedMailbox | undefined>
  close?(): Promise<void>
}
