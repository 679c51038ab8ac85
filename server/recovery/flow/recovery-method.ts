import type { Db, Trx } from '#db/connection.ts'
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import type { TaskList } from '#server/kit/jobs/worker.ts'

export type MethodId = 'backup-address' | 'phone' | 'security-question'

/** What a method is told of the flow that it serves. */
export interface MethodFlow {
  readonly id: string
  /** For a decoy flow, an id that no account has: every query runs and finds nothing. */
  readonly accountId: string
  /** Of the account when the flow began; 0 for a decoy. */
  readonly epoch: number
  /** Whose question is shown: of a blocked mailbox too, so that a block does not show. Proves and sends nothing. */
  readonly shownAccountId: string
  /** Of the typed name, the same for ever: what a decoy shows depends on it. */
  readonly nameKey: string
  /** Names the counters of the typed name, known or not; a browser that is known to the account has counters of its own. */
  readonly budgetKey: string
  /**
   * Names the counters that pages tell of, of the typed name and the network that asks; a known browser's are those of its budget.
   * Security: what is counted over all who ask is for silent guards alone.
   */
  readonly askerKey: string
  readonly locale: Locale
  readonly client: ClientInfo
  readonly begunAt: Date
  readonly at: Date
}

export type ChallengeOutcome =
  /** Whether anything was sent is nobody's business. */
  | { readonly kind: 'asked' }
  /** What was typed cannot be a contact of this kind: a reason of the field. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** `underWay`: the same was asked for before in this flow, and is still good. */
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number; readonly underWay?: boolean }

export type ProofOutcome =
  | { readonly kind: 'right' }
  /** Right exactly if the hasher says so. It is asked after the commit, so that slow work holds neither the count nor a connection. */
  | {
      readonly kind: 'verify'
      readonly verifier: string | null
      readonly text: string
      /** Takes back what was counted, where the hasher was too busy to judge. */
      readonly takeBack: (trx: Trx) => Promise<void>
    }
  /** A reason of the field: `wrong`, `dead`, or why it was no try. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

/** A page with one field; its view is `recovery/<page without recover->`. */
export interface MethodPage<Field extends string | null = string> {
  /** Page id of the contract. */
  readonly page: `recover-${string}`
  /** Under `/recover/`. */
  readonly path: string
  readonly field: Field
}

/** What people see of a method: pages as data, so that recovery shows them without knowing whose they are. */
export interface MethodPages {
  /** Takes what `challenge` is given. Absent: the method has nothing to send. */
  readonly challenge?: MethodPage
  /** Takes what `prove` is given; without a field it only says what to wait for. */
  readonly proof: MethodPage<string | null>
}

export type Strength = 'strong' | 'weak'

/** One way to prove that a mailbox is yours. Knows no HTTP. */
export interface RecoveryMethod {
  readonly id: MethodId
  readonly pages: MethodPages
  /** What the proof page shows beside its field; null before the challenge that it needs. The same work for every flow. */
  describe(db: Db | Trx, flow: MethodFlow): Promise<Readonly<Record<string, unknown>> | null>
  /** How many codes or links were asked for in this flow, where any are: known or unknown, the same work. */
  sends?(db: Db | Trx, flow: MethodFlow): Promise<number>
  /**
   * Ask for the proof. For a decoy flow (no account, or the method is not set up) do the same work and send nothing.
   * What is asked for twice by a second click is sent once.
   * @param input null to ask once more with what was typed before
   * @param seen how many had been asked for when the form was shown, where it told
   */
  challenge(
    trx: Trx,
    flow: MethodFlow,
    input: string | null,
    seen?: number,
  ): Promise<ChallengeOutcome>
  /** Counts the try, then spends the secret. A wrong answer is a value, never a throw: a throw would undo the count. */
  prove(trx: Trx, flow: MethodFlow, input: string): Promise<ProofOutcome>
  /** Methods that prove by a link: whose it is, where it is alive. Does not use it up. */
  openLink?(
    trx: Trx,
    tokenHash: Buffer,
    at: Date,
  ): Promise<{ readonly accountId: string; readonly epoch: number } | undefined>
  /**
   * A new password is being set by a proof of this method; the caller holds the account's row. Spends what stayed good until now.
   * @param proofHash of the link that opened the flow
   * @returns how much the proof is worth, or false for nothing any more: a dead link, a method that was removed or replaced meanwhile
   */
  settle(trx: AccountTrx, flow: MethodFlow, proofHash: Buffer | null): Promise<Strength | false>
  /** What a reset by this method means afterwards: SAFETY asks for more care after a weak one. */
  readonly strength: Strength
  /** Its own jobs. */
  readonly tasks: TaskList
}
