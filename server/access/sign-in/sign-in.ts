import type { Db } from '#db/connection.ts'
import { type AccountTrx, changeAccount } from '#server/accounts/accounts/change-account.ts'
import type { Account } from '#server/accounts/accounts/store.ts'
import { type ChainHead, countActivity, recordActivity } from '#server/accounts/activity/store.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'
import { insertSession, type NewSession, rememberDevice } from '#server/accounts/sessions/store.ts'
import type {
  SignInAllowance,
  SignInLimits,
} from '#server/accounts/sign-in-limits/sign-in-limits.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay } from '#server/core/durations.ts'
import { parseTypedLogin } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { AlertOperator } from '#server/kit/limits/brakes.ts'
import { type NoticeParts, notifyOwner } from '#server/recovery/contacts/notify-owner.ts'
import { nobody } from '#server/recovery/flow/begin-recovery.ts'
import { enqueueGuessing } from '#server/recovery/guessing/record-guessing.ts'
import { type FoundForSignIn, findForSignIn, recordKnownSignIn } from './store.ts'

export interface SignInParts extends NoticeParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly hasher: PasswordHasher
  readonly signInLimits: SignInLimits
  readonly alertOperator: AlertOperator
  readonly settings: NoticeParts['settings'] & { readonly mailDomains: readonly string[] }
}

export type SignedIn =
  | {
      readonly kind: 'signed-in'
      readonly account: Account
      readonly failures: number
      readonly limitKey: string
      /** Where the try was counted for its network: that is given back. */
      readonly network: string | undefined
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
 * @param network that the try comes from, as `networkOf` names it
 * @throws BusyError where the line for hashing is full or stands still
 */
export async function signIn(
  parts: SignInParts,
  form: { readonly login: string; readonly password: string },
  device: Buffer | undefined,
  client: ClientInfo,
  network: string,
): Promise<SignedIn> {
  const address = typedAddress(form.login, parts.settings.mailDomains)
  // Whoever would be sent away for want of room is sent away before anything was spent on the try, and is not counted.
  const leave = parts.hasher.takePlace()
  let isKept = false
  try {
    const outcome = await judge(
      parts,
      { address, password: form.password, device, network, client },
      leave,
    )
    isKept = outcome.kind === 'signed-in'
    return outcome
  } finally {
    if (!isKept) leave()
  }
}

interface Try {
  readonly address: string
  readonly password: string
  readonly device: Buffer | undefined
  readonly network: string
  readonly client: ClientInfo
}

/** Behind the place in the line that `signIn` took. */
async function judge(parts: SignInParts, tried: Try, leave: () => void): Promise<SignedIn> {
  const { hasher, signInLimits } = parts
  const { found, limitKey, budget } = await countTry(parts, tried)
  if (budget.kind === 'wait') return budget
  const { account, knowsDevice, head } = found
  const network = knowsDevice ? undefined : tried.network
  const verifier = account && !account.closedAt ? account.passwordVerifier : null
  const verify = () => hasher.verify(verifier, tried.password, 'placed')
  const right = await signInLimits.judge(limitKey, budget.failures, verify, network)
  if (!right)
    await noteFailure(parts, {
      accountId: account?.id,
      limitKey,
      failures: budget.failures,
      client: tried.client,
    })
  if (!account || !right) return { kind: 'wrong' }
  if (account.blockedAt || account.resetDemandedAt) return { kind: 'blocked', account }
  const { failures } = budget
  return {
    kind: 'signed-in',
    account,
    failures,
    limitKey,
    network,
    head: knowsDevice ? head : undefined,
    leave,
  }
}

interface CountedTry {
  readonly found: FoundForSignIn
  readonly limitKey: string
  readonly budget: SignInAllowance
}

/** Counts the try for the name, or for the browser that is known to it, and for the network of one that is not. */
async function countTry(
  parts: SignInParts,
  { address, device, network }: Try,
): Promise<CountedTry> {
  const { db, clock, signInLimits: limits } = parts
  const at = clock.now()
  const [strangersKey, knownKey] = [limits.keyOf(address, undefined), limits.keyOf(address, device)]
  const counters = {
    strangers: limits.counterOf(strangersKey),
    known: limits.counterOf(knownKey),
    network: limits.networkCounterOf(network),
  }
  const found = await findForSignIn(db, {
    address,
    device,
    counters,
    free: limits.freeFailures,
    at,
  })
  const limitKey = found.knowsDevice ? knownKey : strangersKey
  const budget = await limits.weigh(limitKey, found.tries)
  if (budget.kind === 'wait' || found.knowsDevice) return { found, limitKey, budget }
  const room = await limits.weighNetwork(network, found.network, at)
  if (room.kind === 'open') return { found, limitKey, budget }
  parts.alertOperator('spraying')
  // A try that was not judged does not bring the name nearer to its waits.
  await limits.refund(limitKey, budget.failures)
  return { found, limitKey, budget: { kind: 'wait', retryAfterSeconds: room.retryAfterSeconds } }
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
  client: ClientInfo,
  session: NewSession,
): Promise<void> {
  const { db, keyring, signInLimits } = parts
  const { head, limitKey, failures, network } = signedIn
  const counter = signInLimits.counterOf(limitKey)
  const isRecorded = head
    ? await recordKnownSignIn(db, keyring, head, { device, client, counter, session })
    : false
  if (!isRecorded)
    await changeAccount(db, session, async (trx) => {
      await recordSignIn(trx, parts, signedIn, device, client)
      await insertSession(trx, session)
    })
  if (network !== undefined) await signInLimits.refundNetwork(network)
  await signInLimits.forget(limitKey, failures, isRecorded)
}

/** The longer way: the browser is new, or the chain went on meanwhile. */
async function recordSignIn(
  trx: AccountTrx,
  parts: SignInParts,
  { account }: Pick<Extract<SignedIn, { kind: 'signed-in' }>, 'account'>,
  device: Buffer,
  client: ClientInfo,
): Promise<void> {
  const accountId = account.id
  const at = parts.clock.now()
  const known = await rememberDevice(trx, accountId, device, at)
  const event = known ? 'sign-in.succeeded' : 'sign-in.new-device'
  await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at, client })
  if (known) return
  const today = await countActivity(trx, accountId, [event], new Date(at.getTime() - msPerDay))
  const notice = {
    accountId,
    name: 'new-device',
    params: {},
    change: 'sign-in.new-device',
    at,
    client,
  } as const
  await notifyOwner(trx, parts, { ...notice, lettersOnly: today > newDevicesBySms })
}

interface Failure {
  readonly accountId: string | undefined
  readonly limitKey: string
  /** As `begin` told. */
  readonly failures: number
  readonly client: ClientInfo
}

/** The owner is told when the waits begin. */
export async function noteFailure(
  { db, signInLimits }: SignInParts,
  { accountId = nobody, limitKey, failures, client }: Failure,
): Promise<void> {
  if (!(await signInLimits.beginsWaits(limitKey, failures))) return
  await db.transaction((trx) => enqueueGuessing(trx, { accountId, what: 'sign-in', client }))
}
