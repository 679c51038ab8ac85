import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'

export type MethodId = 'backup-address' | 'phone' | 'security-question'

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
  /** Says nothing about whether anything was sent. */
  | { readonly kind: 'asked' }
  /** The text cannot be a contact of this kind. `reason` is one of the field's. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** `underWay`: the flow has asked for the same before, and that is still good. */
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number; readonly underWay?: boolean }

export type ProofOutcome =
  | { readonly kind: 'right' }
  /** The hasher decides, after the commit: slow hashing keeps no row locked, no connection busy. */
  | {
      readonly kind: 'verify'
      readonly verifier: string | null
      readonly text: string
      /** Takes the counted try back where the hasher was too busy to judge it. */
      readonly takeBack: (trx: Trx) => Promise<void>
    }
  /** `reason` is one of the field's: `wrong`, `dead`, or why it was no try. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

/** A page with one field; its view is `recovery/<page without recover->`. */
export interface MethodPage<Field extends string | null = string> {
  readonly page: `recover-${string}`
  /** Under `/recover/`. */
  readonly path: string
  readonly field: Field
}

/** The pages of a method as data: the flow shows them without knowing the method. */
export interface MethodPages {
  /** Asks for the contact. Absent where the method has nothing to send. */
  readonly challenge?: MethodPage
  /** Asks for the proof. Without a field the page only says what to wait for. */
  readonly proof: MethodPage<string | null>
}

export type Strength = 'strong' | 'weak'

export interface RecoveryMethod {
  readonly id: MethodId
  readonly pages: MethodPages
  /** What the proof page shows; null before the challenge. Same work for every flow. */
  describe(db: Db | Trx, flow: MethodFlow): Promise<Readonly<Record<string, unknown>> | null>
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
  /** Counts the try, then spends the secret. A wrong proof never throws: the count must stay. */
  prove(trx: Trx, flow: MethodFlow, input: string): Promise<ProofOutcome>
  /** Finds a live link without using it up. */
  openLink?(
    trx: Trx,
    tokenHash: Buffer,
    at: Date,
  ): Promise<{ readonly accountId: string; readonly epoch: number } | undefined>
  /**
   * Spends the proof for the new password, under the account's lock.
   * @param proofHash digest of the link that opened the flow
   * @returns the strength of the proof; false where the link is dead or the method was changed
   */
  settle(trx: AccountTrx, flow: MethodFlow, proofHash: Buffer | null): Promise<Strength | false>
  /** After a weak proof a probation follows. */
  readonly strength: Strength
  readonly tasks: TaskList
}
