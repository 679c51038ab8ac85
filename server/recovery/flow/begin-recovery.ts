import type { Db, Trx } from '#db/connection.ts'
import { findAccountEpoch } from '#server/accounts/accounts/store.ts'
import { isKnownDevice } from '#server/accounts/sessions/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { parseTypedLogin } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { beginnings } from './flow-states.ts'
import { insertFlow, sealTyped } from './store.ts'

/** Looks up like an account, but is none: unknown names walk the whole way. */
export const nobody = '00000000-0000-0000-0000-000000000000'

/** Longer than any proof lives, so that a dead code is told as such. */
export const flowMinutes = 120

/** Of what no mailbox can be called: no address is longer (RFC 5321). */
const longestShown = 254

export const flowEnd = (at: Date): Date => new Date(at.getTime() + flowMinutes * msPerMinute)

/** Security: under the oldest key, which stays listed: what a decoy shows must not change on the day of a rotation. */
const stableDigest = (keyring: Keyring, purpose: string, value: string): Buffer =>
  keyring.digestUnder(keyring.keyIds.at(-1) ?? '', purpose, value) ?? keyring.digest(purpose, value)

/**
 * Names the counters of an address, known or not.
 * Security: a browser that signed in before has counters of its own, so that strangers cannot use up the owner's tries.
 */
export function keysOf(
  keyring: Keyring,
  address: string,
  knownDevice?: Buffer,
): { nameKey: string; budgetKey: string } {
  const who = knownDevice ? `${address} ${knownDevice.toString('base64url')}` : address
  return {
    nameKey: stableDigest(keyring, 'recovery.name', address).toString('base64url'),
    budgetKey: keyring.digest('recovery.budget', who).toString('base64url'),
  }
}

/**
 * Names what the page tells of: how long to wait, and how much is left.
 * Security: counted for one network and name. Over all who ask it would tell that the owner typed a number or an address lately, and
 * whoever knows both would keep the owner waiting. The guards, which count for all of them, hold back in silence.
 */
const askerKeyOf = (keyring: Keyring, address: string, network: string): string =>
  keyring.digest('recovery.asker', JSON.stringify([address, network])).toString('base64url')

export interface BeginParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: { readonly mailDomains: readonly string[] }
}

/**
 * Begins a recovery for whatever was typed.
 * Security: known and unknown names walk the same path: the same queries, the same row, the same answer.
 * @param about.device digest of the browser's own token, where it has one
 * @param about.network that the browser asks from, as `networkOf` names it; it stays the asker when the browser moves to another
 */
export async function beginRecovery(
  { db, clock, keyring, settings }: BeginParts,
  about: {
    readonly login: string
    readonly tokenHash: Buffer
    readonly device: Buffer | undefined
    readonly network: string
    readonly locale: Locale
    readonly client: ClientInfo
  },
): Promise<void> {
  const { tokenHash, device, network, locale, client } = about
  const typed = parseTypedLogin(about.login, settings.mailDomains)
  // What no mailbox can be called gets counters as well, named by the text.
  const name = typed ? typed.login : about.login.trim().toLowerCase()
  const address = addressOf(name, typed?.domain ?? settings.mailDomains[0] ?? '')
  const typedSealed = sealTyped(
    keyring,
    typed ? address : about.login.trim().slice(0, longestShown).toWellFormed(),
  )
  const at = clock.now()
  await db.transaction(async (trx) => {
    const account = await findAccountEpoch(trx, address)
    const accountId = account?.id ?? null
    const known =
      device && (await isKnownDevice(trx, accountId ?? nobody, device)) ? device : undefined
    const keys = keysOf(keyring, address, known)
    const ofNetwork = askerKeyOf(keyring, address, network)
    const state = beginnings['type-login']
    await insertFlow(trx, {
      tokenHash,
      accountId,
      epoch: account?.epoch ?? null,
      typedSealed,
      ...keys,
      askerKey: known ? keys.budgetKey : ofNetwork,
      state,
      locale,
      client,
      at,
      expiresAt: flowEnd(at),
    })
  })
}

/**
 * A flow that begins with its proof: by a link that was opened, or by an undo.
 * @param proofHash of the link that is spent with the new password
 */
export async function beginProvenFlow(
  trx: Trx,
  keyring: Keyring,
  about: {
    readonly tokenHash: Buffer
    readonly accountId: string
    /** Of the account, in which the proof was made. */
    readonly epoch: number
    readonly address: string
    readonly beginning: 'open-link' | 'undo'
    readonly provenBy: string
    readonly proofHash?: Buffer
    readonly locale: Locale
    readonly client: ClientInfo
    readonly at: Date
  },
): Promise<void> {
  const { address, beginning, ...flow } = about
  const state = beginnings[beginning]
  await insertFlow(trx, {
    ...flow,
    typedSealed: sealTyped(keyring, address),
    ...keysOf(keyring, address),
    state,
    expiresAt: flowEnd(about.at),
  })
}
