import type { Db } from '#db/connection.ts'
import { type AccountTrx, changeAccount } from '../accounts/change-account.ts'
import { type Account, strengthenVerifier } from '../accounts/store.ts'
import type { Trace } from '../activity/events.ts'
import { type ChainHead, countActivity, recordActivity } from '../activity/store.ts'
import { type NoticeParts, tellOwner } from '../contacts/tell-owner.ts'
import type { Clock } from '../core/clock.ts'
import type { Keyring } from '../core/keyring.ts'
import { parseTypedLogin } from '../core/login-name.ts'
import { addressOf } from '../core/names.ts'
import type { PasswordHasher } from '../password/hasher.ts'
import { insertSession, type NewSession, rememberDevice } from '../sessions/store.ts'
import type { SignInLimits } from './sign-in-limits.ts'
import { findForSignIn, recordKnownSignIn } from './store.ts'

export interface SignInParts extends NoticeParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly hasher: PasswordHasher
  readonly signInLimits: SignInLimits
  readonly settings: NoticeParts['settings'] & {
    readonly mailDomains: readonly string[]
    readonly limitSignInFailures: number
  }
}

export type SignedIn =
  | {
      readonly kind: 'signed-in'
      readonly account: Account
      readonly failures: number
      readonly limitKey: string
      /** Where the account's activity ended, and the browser is known. */
      readonly head: ChainHead | undefined
      /** Gives the place in the line of hashes back. Who is still being written down takes room from those who come: to be called after that. */
      readonly leave: () => void
    }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'blocked'; readonly account: Account }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

/** The address of ours that was typed, or one that nobody can have, so that it costs the same. */
export function typedAddress(login: string, mailDomains: readonly string[]): string {
  const typed = parseTypedLogin(login, mailDomains)
  const domain = typed?.domain ?? mailDomains[0] ?? ''
  return typed ? addressOf(typed.login, domain) : addressOf('-', domain)
}

/**
 * Judges name and password. Security: an unknown name costs the same hash as a wrong password.
 * @param device digest of the browser's own token, where it has one
 * @throws BusyError where the line for hashing is full or stands still
 */
export async function signIn(
  parts: SignInParts,
  form: { readonly login: string; readonly password: string },
  device: Buffer | undefined,
  trace: Trace,
): Promise<SignedIn> {
  const address = typedAddress(form.login, parts.settings.mailDomains)
  // Whoever would be sent away for want of room is sent away before anything was spent on the try, and is not counted.
  const leave = parts.hasher.takePlace()
  let isKept = false
  try {
    const outcome = await judge(parts, address, form.password, device, trace, leave)
    isKept = outcome.kind === 'signed-in'
    return outcome
  } finally {
    if (!isKept) leave()
  }
}

/** Behind the place in the line that `signIn` took. */
async function judge(
  parts: SignInParts,
  address: string,
  password: string,
  device: Buffer | undefined,
  trace: Trace,
  leave: () => void,
): Promise<SignedIn> {
  const { db, clock, hasher, signInLimits } = parts
  const [strangersKey, knownKey] = [signInLimits.keyOf(address, undefined), signInLimits.keyOf(address, device)]
  const counters = { strangers: signInLimits.counterOf(strangersKey), known: signInLimits.counterOf(knownKey) }
  const { account, knowsDevice, head, tries } = await findForSignIn(db, { address, device, counters, at: clock.now() })
  const limitKey = knowsDevice ? knownKey : strangersKey
  const budget = await signInLimits.weigh(limitKey, tries)
  if (budget.kind === 'wait') {
    if (budget.justBegun && account) await recordFailures(parts, account, trace)
    return { kind: 'wait', retryAfterSeconds: budget.retryAfterSeconds }
  }
  const verifier = account && !account.closedAt ? account.passwordVerifier : null
  const right = await signInLimits.judge(limitKey, budget.failures, () => hasher.verify(verifier, password, 'placed'))
  if (!account || !right) return { kind: 'wrong' }
  if (account.blockedAt || account.resetDemandedAt) return { kind: 'blocked', account }
  return {
    kind: 'signed-in',
    account,
    failures: budget.failures,
    limitKey,
    head: knowsDevice ? head : undefined,
    leave,
  }
}

/** More new browsers in a day than this are told by letters alone. */
const newDevicesBySms = 3

/**
 * What follows from a right password: it is recorded, its owner is told of a new browser, the tries are forgotten and the session begins.
 * @throws StaleProof where the account has begun a new epoch since the password was judged
 */
export async function completeSignIn(
  parts: SignInParts,
  signedIn: Extract<SignedIn, { kind: 'signed-in' }>,
  device: Buffer,
  trace: Trace,
  session: NewSession,
): Promise<void> {
  const { db, keyring, signInLimits } = parts
  const { head, limitKey, failures } = signedIn
  const counter = signInLimits.counterOf(limitKey)
  const isRecorded = head ? await recordKnownSignIn(db, keyring, head, { device, trace, counter, session }) : false
  if (!isRecorded)
    await changeAccount(db, session, async (trx) => {
      await recordSignIn(trx, parts, signedIn, device, trace)
      await insertSession(trx, session)
    })
  await signInLimits.forget(limitKey, failures, isRecorded)
}

/** The longer way: the browser is new, or the chain went on meanwhile. */
async function recordSignIn(
  trx: AccountTrx,
  parts: SignInParts,
  { account }: Pick<Extract<SignedIn, { kind: 'signed-in' }>, 'account'>,
  device: Buffer,
  trace: Trace,
): Promise<void> {
  const accountId = account.id
  const at = parts.clock.now()
  const known = await rememberDevice(trx, accountId, device, at)
  const event = known ? 'sign-in.succeeded' : 'sign-in.new-device'
  await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at, trace })
  if (known) return
  const today = await countActivity(trx, accountId, [event], new Date(at.getTime() - 86_400_000))
  const notice = { accountId, name: 'new-device', params: {}, change: 'sign-in.new-device', at, trace } as const
  await tellOwner(trx, parts, { ...notice, lettersOnly: today > newDevicesBySms })
}

/** Makes the verifier as strong as the settings demand by now. Never keeps anybody from signing in. */
export async function strengthen(parts: SignInParts, account: Account, password: string): Promise<void> {
  if (!parts.hasher.needsRehash(account.passwordVerifier)) return
  const verifier = await parts.hasher.hash(password)
  await strengthenVerifier(parts.db, account.id, account.passwordVerifier, verifier)
}

async function recordFailures({ db, clock, keyring }: SignInParts, account: Account, trace: Trace): Promise<void> {
  await db.transaction((trx) =>
    recordActivity(trx, keyring, {
      accountId: account.id,
      event: 'sign-in.failures',
      details: {},
      at: clock.now(),
      trace,
    }),
  )
}
