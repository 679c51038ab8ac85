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

/** No account has this id. With it an unknown name runs the same queries. */
export const nobody = '00000000-0000-0000-0000-000000000000'

/** Longer than any proof lives, so that the flow can still say that a code is dead. */
export const flowMinutes = 120

/** No address is longer (RFC 5321). */
const longestShown = 254

export const flowEnd = (at: Date): Date => new Date(at.getTime() + flowMinutes * msPerMinute)

// Security: What a decoy shows stays the same when a key is added.
const stableDigest = (keyring: Keyring, purpose: string, value: string): Buffer =>
  keyring.digestUnder(keyring.keyIds.at(-1) ?? '', purpose, value) ?? keyring.digest(purpose, value)

// Security: A known browser has limits of its own, which no stranger can use up.
export function keysOf(
  keyring: Keyring,
  address: string,
  knownDevice?: Buffer,
): { nameKey: string; limitKey: string } {
  const who = knownDevice ? `${address} ${knownDevice.toString('base64url')}` : address
  return {
    nameKey: stableDigest(keyring, 'recovery.name', address).toString('base64url'),
    limitKey: keyring.digest('recovery.budget', who).toString('base64url'),
  }
}

// Security: A page reveals nothing that was typed in other networks.
const askerKeyOf = (keyring: Keyring, address: string, network: string): string =>
  keyring.digest('recovery.asker', JSON.stringify([address, network])).toString('base64url')

export interface BeginParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly settings: { readonly mailDomains: readonly string[] }
}

/**
 * Security: Known and unknown names leave the same rows and the same jobs behind.
 * @param about.network by `networkOf`; it counts even if the browser moves to another one
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
  // Limits also count a text that cannot be a name. Their key is made from the text.
  const name = typed ? typed.login : about.login.trim().toLowerCase()
  const address = addressOf(name, typed?.domain ?? settings.mailDomains[0] ?? '')
  const shown = typed ? address : about.login.trim().slice(0, longestShown).toWellFormed()
  const typedSealed = sealTyped(keyring, shown)
  const at = clock.now()
  await db.transaction(async (trx) => {
    const account = await findAccountEpoch(trx, address)
    const accountId = account?.id ?? null
    const known =
      device && (await isKnownDevice(trx, accountId ?? nobody, device)) ? device : undefined
    const keys = keysOf(keyring, address, known)
    const ofNetwork = askerKeyOf(keyring, address, network)
    await insertFlow(trx, {
      tokenHash,
      accountId,
      epoch: account?.epoch ?? null,
      typedSealed,
      ...keys,
      askerKey: known ? keys.limitKey : ofNetwork,
      state: beginnings['type-login'],
      locale,
      client,
      at,
      expiresAt: flowEnd(at),
    })
  })
}

/** @param about.proofHash digest of the link that the new password will spend */
export async function beginProvenFlow(
  trx: Trx,
  keyring: Keyring,
  about: {
    readonly tokenHash: Buffer
    readonly accountId: string
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
  await insertFlow(trx, {
    ...flow,
    typedSealed: sealTyped(keyring, address),
    ...keysOf(keyring, address),
    state: beginnings[beginning],
    expiresAt: flowEnd(about.at),
  })
}
