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
import { noteFailure } from './note-failure.ts'
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
      /** The network that gets the counted try back; undefined for a known browser. */
      readonly network: string | undefined
      /** Head of the account's activity, if the browser is known. */
      readonly head: ChainHead | undefined
      /** Gives the place in the hashing queue back. Call it once the sign-in is written. */
      readonly leave: () => void
    }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'blocked' | 'closing'; readonly account: Account }
  | { readonly kind: 'wait'; readonly retryAfterSeconds: number }

/** A text that is no name gets an address that nobody can have: it costs the same. */
export function typedAddress(login: string, mailDomains: readonly string[]): string {
  const typed = parseTypedLogin(login, mailDomains)
  const domain = typed?.domain ?? mailDomains[0] ?? ''
  return typed ? addressOf(typed.login, domain) : addressOf('-', domain)
}

/**
 * Security: An unknown name costs what a wrong password costs.
 * @param device digest of the browser's token, if it has one
 * @param network as `networkOf` names it
 * @throws BusyError
 */
export async function signIn(
  parts: SignInParts,
  form: { readonly login: string; readonly password: string },
  device: Buffer | undefined,
  client: ClientInfo,
  network: string,
): Promise<SignedIn> {
  const address = typedAddress(form.login, parts.settings.mailDomains)
  // A full queue refuses the sign-in here, before the try is counted.
  const leave = parts.hasher.takePlace()
  let isKept = false
  try {
    const tried = { address, password: form.password, device, network, client }
    const outcome = await judge(parts, tried, leave)
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

async function judge(parts: SignInParts, tried: Try, leave: () => void): Promise<SignedIn> {
  const { hasher, signInLimits } = parts
  const { found, limitKey, allowance } = await countTry(parts, tried)
  if (allowance.kind === 'wait') return allowance
  const { failures } = allowance
  const { account, knowsDevice, head } = found
  const network = knowsDevice ? undefined : tried.network
  const verifier = account && !account.closedAt ? account.passwordVerifier : null
  const verify = () => hasher.verify(verifier, tried.password, 'placed')
  const right = await signInLimits.judge(limitKey, failures, verify, network)
  if (!right)
    await noteFailure(parts, { accountId: account?.id, limitKey, failures, client: tried.client })
  if (!account || !right) return { kind: 'wrong' }
  const shut = shutAs(account)
  if (shut) {
    // Security: The right password of a shut mailbox never counts as a wrong one.
    await signInLimits.refund(limitKey, failures)
    if (network !== undefined) await signInLimits.refundNetwork(network)
    return { kind: shut, account }
  }
  const knownHead = knowsDevice ? head : undefined
  return { kind: 'signed-in', account, failures, limitKey, network, head: knownHead, leave }
}

function shutAs(account: Account): 'blocked' | 'closing' | undefined {
  if (account.blockedAt || account.resetDemandedAt) return 'blocked'
  return account.closingAt ? 'closing' : undefined
}

interface CountedTry {
  readonly found: FoundForSignIn
  readonly limitKey: string
  readonly allowance: SignInAllowance
}

/** Counts the try for a known browser, or for the name and the network. */
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
  const free = limits.freeFailures
  const found = await findForSignIn(db, { address, device, counters, free, at })
  const limitKey = found.knowsDevice ? knownKey : strangersKey
  const allowance = await limits.weigh(limitKey, found.tries)
  if (allowance.kind === 'wait' || found.knowsDevice) return { found, limitKey, allowance }
  const room = await limits.weighNetwork(network, found.network, at)
  if (room.kind === 'open') return { found, limitKey, allowance }
  parts.alertOperator('spraying')
  // A refused try does not bring the name nearer to its waits.
  await limits.refund(limitKey, allowance.failures)
  return { found, limitKey, allowance: room }
}

const newDevice = 'sign-in.new-device'
/** After this many new browsers in a day the owner gets mails only, because SMS cost money. */
const newDevicesBySms = 3

/**
 * Records the sign-in, notifies of a new browser, forgets the tries and begins the session.
 * @throws StaleProof if the account has begun a new epoch since the password was judged
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

/** For a new browser, or where `recordKnownSignIn` recorded nothing. */
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
  const event = known ? 'sign-in.succeeded' : newDevice
  await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at, client })
  if (known) return
  const today = await countActivity(trx, accountId, [newDevice], new Date(at.getTime() - msPerDay))
  const notice = {
    accountId,
    name: 'new-device',
    params: {},
    change: newDevice,
    at,
    client,
  } as const
  await notifyOwner(trx, parts, { ...notice, lettersOnly: today > newDevicesBySms })
}
