// The seam between the portal and the system that really holds the mail. One file or folder beside this one per platform.
import type { Suspension } from '#server/accounts/life/account-life.ts'

/** What a platform wants to be told a password as; it decides what the portal keeps for it. */
export type PasswordFormat = 'argon2id' | 'sha512-crypt' | 'plaintext'

/**
 * What the holder of a mailbox may still do. Each level includes those before it:
 * `none` everything, `send` reads but does not send, `login` receives but no mail program gets in, `all` mail to it is refused too.
 */
/** The whole wanted state of one mailbox, never a difference. */
export interface WantedMailbox {
  /** Immutable id of the account; the platform keeps it as its handle, so that an address never leads to another one's mail. */
  readonly accountId: string
  /** Canonical, lower case, `name@domain`. */
  readonly address: string
  /** Grows with every change. A platform never goes back to a smaller one. */
  readonly revision: number
  /** In the platform's `passwordFormat`; `null` leaves the mailbox without a main password (or, hosted, keeps the present one). */
  readonly password: string | null
  readonly suspension: Suspension
  /** Shown to mail programs by platforms that can. Never a text that a user wrote. */
  readonly suspensionReason: string | null
  readonly quotaBytes: number
  /** False: mail programs must use app passwords; the main password opens the portal alone. */
  readonly mainPasswordOpensMail: boolean
  /** Further addresses that lead here and may be sent from. */
  readonly aliases: readonly string[]
}

/** What a mail program does: reads (with filters), fetches, sends. */
export type MailService = 'imap' | 'pop3' | 'smtp'

export interface WantedAppPassword {
  readonly id: string
  readonly services: readonly MailService[]
  /** SHA-256 of the secret as `app-passwords/new-app-password.ts` writes it, without blanks. */
  readonly secretSha256: Buffer
  readonly createdAt: Date
}

/** All app passwords of a mailbox that open it now, never a difference. */
export interface WantedAppPasswords {
  readonly accountId: string
  readonly address: string
  /** That of the mailbox; a platform never goes back to a smaller one. */
  readonly revision: number
  readonly passwords: readonly WantedAppPassword[]
}

/** What became of one `apply`. Surprises (network down, time-out) are thrown as `PlatformError`. */
export type Applied =
  | { readonly kind: 'applied'; readonly revision: number }
  /** The platform already holds a newer revision: nothing was changed, and that is right. */
  | { readonly kind: 'superseded'; readonly revision: number }

/**
 * permanent: an operator must look (bad credentials, refused value). retry: try later, `retryAfterSeconds` where the platform said so.
 * unknown: the call may or may not have been carried out (reset, time-out): re-read before trying again.
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

/** One mailbox as the platform shows it; fields that a platform cannot tell are absent. */
export interface ObservedMailbox {
  readonly address: string
  readonly accountId?: string
  readonly revision?: number
  readonly suspension?: Suspension
  readonly quotaBytes?: number
  readonly usedBytes?: number
  readonly aliases?: readonly string[]
  /** The stored verifier, by platforms that let it be read. */
  readonly password?: string | null
  readonly mainPasswordOpensMail?: boolean
  /** Those that open it; without the moment of creation, which opens nothing. */
  readonly appPasswords?: readonly Omit<WantedAppPassword, 'createdAt'>[]
}

/** A script that sorts, answers or forwards letters by itself, as the mailbox holds it. */
export interface ListedFilter {
  readonly name: string
  /** True for the one that works now; there is one at most. */
  readonly active: boolean
}

/** A script of RFC 5228, byte for byte. */
export interface FilterScript {
  readonly name: string
  readonly text: string
}

/**
 * The filters of a mailbox. Every call may be repeated and may arrive late. A mailbox that is not there has no filters: that is no error.
 * Names come from `list`, never from a script.
 */
export interface PlatformFilters {
  list(address: string): Promise<readonly ListedFilter[]>
  /** @returns undefined where there is none of that name */
  read(address: string, name: string): Promise<string | undefined>
  /** Ends forwarding and whatever else the mailbox does by itself; the scripts stay. None at work is success. */
  deactivate(address: string): Promise<void>
  /** Stores a script, without letting it work. `refused`: the platform does not understand it. */
  write(address: string, script: FilterScript): Promise<'done' | 'refused'>
  /** Lets one work, in place of the one that does. `refused`: the platform does not understand it. */
  activate(address: string, name: string): Promise<'done' | 'absent' | 'refused'>
  /** Deletes one that does not work now. Absent already is success. */
  remove(address: string, name: string): Promise<void>
}

/**
 * What one platform must offer. Every call may be repeated and may arrive late: `apply` is told the whole wanted state and its
 * revision, never a difference. All of them throw `PlatformError` and nothing else.
 */
export interface MailPlatform {
  readonly id: string
  readonly passwordFormat: PasswordFormat
  /** True where `observe` tells `usedBytes`. */
  readonly tellsUsedBytes?: boolean
  /**
   * True where its mail servers tell the portal of the sign-ins of mail programs. Elsewhere nobody here knows why one was refused,
   * nor when an app password was last used.
   */
  readonly reportsSignIns?: boolean
  /** Creates or changes the mailbox so that it matches `wanted`; looks it up by account id first, so that a retry never makes a second one. */
  apply(wanted: WantedMailbox): Promise<Applied>
  /**
   * Makes the app passwords of the mailbox exactly these; called after `apply` of the same revision. Absent where the platform knows none:
   * then nobody is offered any.
   */
  applyAppPasswords?(wanted: WantedAppPasswords): Promise<Applied>
  /** Takes the mailbox away (quarantine first where the platform can). Absent already is success. */
  remove(mailbox: { readonly accountId: string; readonly address: string }): Promise<void>
  /** Deletes removed mailboxes whose quarantine is over. Absent where the platform does that itself. @returns how many */
  purge?(): Promise<number>
  /** Ends live IMAP, POP3 and SMTP sessions. None there is success. */
  endSessions(address: string): Promise<void>
  /** Absent where the platform does not let them be reached: then people are told to look for themselves. */
  readonly filters?: PlatformFilters
  /** Throws where a part of the platform cannot be reached or refuses the portal. Absent where `observe` reaches all of it. */
  probe?(): Promise<void>
  /** Every mailbox of the served domains, in any order, page by page inside. */
  list(): AsyncIterable<ObservedMailbox>
  /** One mailbox, or `undefined` where there is none. */
  observe(address: string): Promise<ObservedMailbox | undefined>
  /** Closes connections that the platform opened for itself. */
  close?(): Promise<void>
}
