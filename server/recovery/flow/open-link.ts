import type { Db } from '#db/connection.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { hashToken, isToken } from '#server/core/keys/secrets.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { beginProvenFlow } from './begin-recovery.ts'
import type { RecoveryMethod } from './recovery-method.ts'

export interface OpenLinkParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
  readonly recoveryMethods: readonly RecoveryMethod[]
}

/**
 * Security: Opening a recovery link never uses it up. Scanners open links too.
 * @param keep gives the browser a token and returns its digest; called only for a live link
 * @returns false for a dead or unknown link
 */
export async function openLink(
  { db, clock, keyring, recoveryMethods }: OpenLinkParts,
  token: string,
  about: { readonly locale: Locale; readonly client: ClientInfo },
  keep: () => Buffer,
): Promise<boolean> {
  if (!isToken(token)) return false
  const proofHash = hashToken(token)
  return await db.transaction(async (trx) => {
    const at = clock.now()
    for (const method of recoveryMethods) {
      const found = await method.openLink?.(trx, proofHash, at)
      const account = found && (await findAccount(trx, found.accountId))
      if (!account || account.blockedAt || account.closedAt) continue
      await beginProvenFlow(trx, keyring, {
        tokenHash: keep(),
        accountId: account.id,
        epoch: found.epoch,
        address: account.address,
        beginning: 'open-link',
        provenBy: method.id,
        proofHash,
        ...about,
        at,
      })
      return true
    }
    return false
  })
}
