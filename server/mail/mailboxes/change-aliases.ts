// A mailbox also receives and sends under its aliases. Only operators change them.
import type { Db } from '#db/connection.ts'
import {
  type AccountTrx,
  changeAccountAsItStands,
} from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import { claim, release } from '#server/accounts/claims/store.ts'
import type { Clock } from '#server/core/clock.ts'
import { lookAlikeKey } from '#server/core/identifiers/login-name.ts'
import { addressOf, domainOf, loginOf } from '#server/core/identifiers/names.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import { reviseMailboxAliases } from './revise-store.ts'
import { enqueueConvergence } from './want-mailbox.ts'

export interface AliasParts {
  readonly db: Db
  readonly clock: Clock
  readonly keyring: Keyring
}

interface AliasChange {
  readonly accountId: string
  /** Lower case, in one of the portal's domains. */
  readonly alias: string
}

/** Claims alias and look-alikes, or neither. @returns false if one is taken */
async function claimAddress(
  trx: AccountTrx,
  { keyring, clock }: AliasParts,
  { accountId, alias }: AliasChange,
): Promise<boolean> {
  const at = clock.now()
  const value = addressOf(lookAlikeKey(loginOf(alias)), domainOf(alias))
  const lookAlike = { kind: 'login-look-alike', value, accountId } as const
  if ((await claim(trx, keyring, lookAlike, at)) === 'taken') return false
  if ((await claim(trx, keyring, { kind: 'login', value: alias, accountId }, at)) === 'claimed')
    return true
  await release(trx, keyring, lookAlike)
  return false
}

/** @returns `taken`: another account has the address or a look-alike; `same`: nothing to add */
export async function addAlias(
  parts: AliasParts,
  change: AliasChange,
): Promise<'added' | 'same' | 'taken'> {
  const { db, clock, keyring } = parts
  const { accountId, alias } = change
  const at = clock.now()
  return changeAccountAsItStands(db, accountId, async (trx) => {
    if (!(await claimAddress(trx, parts, change))) return 'taken'
    if (!(await reviseMailboxAliases(trx, accountId, 'add', alias, at))) return 'same'
    await enqueueConvergence(trx, accountId)
    await recordActivity(trx, keyring, {
      accountId,
      event: 'mailbox.alias-added',
      details: { alias },
      at,
    })
    return 'added'
  })
}

/** Security: A removed alias stays with its account, so nobody else gets its letters. */
export async function removeAlias(
  { db, clock, keyring }: AliasParts,
  { accountId, alias }: AliasChange,
): Promise<'removed' | 'absent'> {
  const at = clock.now()
  return changeAccountAsItStands(db, accountId, async (trx) => {
    if (!(await reviseMailboxAliases(trx, accountId, 'remove', alias, at))) return 'absent'
    await enqueueConvergence(trx, accountId)
    await recordActivity(trx, keyring, {
      accountId,
      event: 'mailbox.alias-removed',
      details: { alias },
      at,
    })
    return 'removed'
  })
}
