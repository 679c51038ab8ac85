import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { MethodId } from '#server/core/method-ids.ts'
import type { Locale, TextParams } from '#server/kit/i18n/texts.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'
import type { LinkedContact } from '../contacts/contact.ts'
import type { Unproven } from '../contacts/unproven-store.ts'

export interface MethodFlow {
  readonly id: string
  /** For a decoy, an id that no account has: every query runs and finds nothing. */
  readonly accountId: string
  /** The account's epoch when the flow began; 0 for a decoy. */
  readonly epoch: number
  /** The account whose question is shown, even while it is blocked: a block must not show. */
  readonly shownAccountId: string
  /** The typed name as a key that never changes: what a decoy shows depends on it. */
  readonly nameKey: string
  /** Key of the silent limits: the typed name, or a known browser. */
  readonly limitKey: string
  /** Key of the limits that pages show: the typed name in one network, or a known browser. */
  readonly askerKey: string
  readonly locale: Locale
  readonly client: ClientInfo
  readonly begunAt: Date
  readonly at: Date
}

export type ChallengeOutcome =
  /** The same whether or not a message is sent. */
  | { readonly kind: 'asked' }
  /** The text cannot be a contact of this kind. `reason` names an error text. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** `underWay`: an earlier request for the same contact is still alive. */
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number; readonly underWay?: boolean }

export type ProofOutcome =
  /** `proofHash`: which of several proofs `settle` spends, such as a printed code. */
  | { readonly kind: 'right'; readonly proofHash?: Buffer }
  /** The hasher decides after the commit: slow hashing holds no row and no connection. */
  | {
      readonly kind: 'verify'
      readonly verifier: string | null
      readonly text: string
      /** Takes the counted try back where the hasher was too busy to judge it. */
      readonly takeBack: (trx: Trx) => Promise<void>
    }
  /** `reason` names an error text: `wrong`, `dead`, or why the text was no try. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

/** A page with one field; its view is `recovery/<id of the method>/<page>`. */
export interface MethodPage<Field extends string | null = string> {
  readonly page: `recover-${string}`
  /** Under `/recover/`. */
  readonly path: string
  readonly field: Field
  /** Keeps the typed text after an error: it is too long to type again. */
  readonly keepsTyped?: true
  /** Keys of error texts by reason, where the common ones do not fit. */
  readonly errorTexts?: Readonly<Record<string, string>>
}

/** The pages as data, so that the flow can show them without knowing the method. */
export interface MethodPages {
  /** Place among the choices of a recovery: the smallest rank comes first. */
  readonly rank: number
  /** Asks for the contact. Absent where the method has nothing to send. */
  readonly challenge?: MethodPage
  /** Asks for the proof. Without a field the page only says what to wait for. */
  readonly proof: MethodPage<string | null>
}

export interface DescribedMethod {
  readonly id: MethodId
  /** `pending`: waits for its code. `removed`: gone for ever. `closed`: switched off. */
  readonly state: 'set' | 'none' | 'pending' | 'removed' | 'closed'
  /** Others may know the answer or guess it. */
  readonly weak: boolean
  readonly href: string
  readonly masked?: string
  /** A text beside the state, for example how many codes are left. */
  readonly detail?: { readonly text: string; readonly params?: TextParams }
  readonly since?: Date
  readonly provenAt?: Date
  /** It may be a stranger's, until its owner sets it again. */
  readonly doubtful?: true
  /** It is in doubt, and opens nothing until it is set again. */
  readonly shut?: true
  /** A name under `account.warnings`. */
  readonly warning?: string
}

/** What the owner's pages, the notices and the undo need of a method. */
export interface OwnedMethod {
  readonly id: MethodId
  /** Names under `recovery-methods.flash`. */
  readonly flashes: readonly string[]

  describe(db: Db, accountId: string, at: Date): Promise<DescribedMethod>
  /** Undefined also for a method without contacts. */
  findContact(db: Db | Trx, accountId: string): Promise<LinkedContact | undefined>
  /** Notes that somebody had the contact in hand just now. */
  proveContact?(trx: AccountTrx, accountId: string, at: Date): Promise<void>
  /** Accounts whose contact was proven long ago. */
  listUnproven?(db: Db, asked: Unproven): Promise<string[]>
  /** When it was set; undefined if it is in doubt. */
  sureSince(trx: AccountTrx, accountId: string): Promise<Date | undefined>
  doubt(trx: AccountTrx, accountId: string, at: Date): Promise<void>
  remove(trx: AccountTrx, accountId: string, at: Date): Promise<void>
  /** Ends what a stranger may have set. Returns whether a contact was removed. */
  distrust(trx: AccountTrx, accountId: string, at: Date): Promise<boolean>
  restore(
    trx: AccountTrx,
    accountId: string,
    old: LinkedContact,
    at: Date,
  ): Promise<'restored' | 'taken'>
}

export interface LinkFate {
  /** `changed`: the account is not as it was when the link was sent. */
  readonly fate: 'used' | 'newer' | 'expired' | 'changed'
  /** When it was used, replaced, or expired. */
  readonly at?: Date
}

export type Strength = 'strong' | 'weak'

/** A way to prove that a mailbox is yours, with what a recovery needs of it. */
export interface RecoveryMethod extends OwnedMethod {
  readonly id: MethodId
  /** False where the operator switched it off: its owner still sees it, a recovery does not. */
  readonly isOffered: boolean
  /** Whether a new password waits, so that the owner can object. `sometimes`: by a setting. */
  readonly hold: 'never' | 'sometimes' | 'always'
  readonly pages: MethodPages
  /** Keys of texts on the help page; undefined while switched off. */
  readonly help: { readonly title: string; readonly text: string } | undefined
  /** What the proof page shows; null before the challenge. Same work for every flow. */
  showProof(db: Db | Trx, flow: MethodFlow): Promise<Readonly<Record<string, unknown>> | null>
  /** How many codes or links this flow has asked for. Same work for every flow. */
  sends?(db: Db | Trx, flow: MethodFlow): Promise<number>
  /**
   * For a decoy it does the same work and sends nothing. A second click sends nothing more.
   * @param input null to ask again with the contact that was typed before
   * @param seen `sends` at the time when the form was shown
   */
  challenge(
    trx: Trx,
    flow: MethodFlow,
    input: string | null,
    seen?: number,
  ): Promise<ChallengeOutcome>
  /** Counts the try before it judges. A wrong proof never throws: the count must stay. */
  prove(trx: Trx, flow: MethodFlow, input: string): Promise<ProofOutcome>
  /** Finds a live link without using it up. */
  openLink?(
    trx: Trx,
    tokenHash: Buffer,
    at: Date,
  ): Promise<{ readonly accountId: string; readonly epoch: number } | undefined>
  /** What became of a link that opens nothing; undefined for one that is not of this method. */
  findLinkFate?(db: Db | Trx, tokenHash: Buffer, at: Date): Promise<LinkFate | undefined>
  /**
   * Spends the proof for the new password, under the account's lock.
   * @param proofHash digest of the link that opened the flow, or of the proof
   * @returns the strength of the proof; false where the link is dead or the method was changed
   */
  settle(trx: AccountTrx, flow: MethodFlow, proofHash: Buffer | null): Promise<Strength | false>
  /** Whether a probation follows. A strong method’s `settle` may call a single proof weak. */
  readonly strength: Strength
  readonly tasks: TaskList
}
