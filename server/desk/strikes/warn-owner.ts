// What the owner of a warned account is told. A warning touches neither mailbox nor sessions.
import type { AccountTrx } from '#server/accounts/accounts/change-account.ts'
import { recordActivity } from '#server/accounts/activity/store.ts'
import type { DeskParts } from '../desk.ts'
import type { Measure } from '../measures/measure-store.ts'
import type { EndReason } from '../measures/measures.ts'
import { notifyOwner } from '../measures/notify-owner.ts'

interface Warned {
  readonly measure: Measure
  readonly account: {
    readonly trx: AccountTrx
    readonly address: string
    readonly locale: string | null
  }
  readonly at: Date
}

export async function warnOwner(
  parts: DeskParts,
  { measure, account, at, appealToken }: Warned & { readonly appealToken: string },
): Promise<void> {
  const { accountId, cause, until } = measure
  const { trx, address: mailbox } = account
  const details = { cause }
  await recordActivity(trx, parts.keyring, { accountId, event: 'account.warned', details, at })
  await notifyOwner(trx, parts, {
    account: { id: accountId, ...account },
    suspension: 'none',
    name: 'account-warned',
    params: {
      mailbox,
      at: at.toISOString(),
      cause,
      until: until?.toISOString() ?? null,
      appealToken,
    },
    key: `measure:${measure.id}`,
  })
}

/** A warning whose time is over ends in silence. */
export async function endWarning(
  parts: DeskParts,
  { measure, account, at, reason }: Warned & { readonly reason: EndReason },
): Promise<void> {
  const { accountId } = measure
  const { trx, address: mailbox } = account
  const event = 'account.warning-ended'
  await recordActivity(trx, parts.keyring, { accountId, event, details: {}, at })
  if (reason !== 'lifted') return
  await notifyOwner(trx, parts, {
    account: { id: accountId, ...account },
    suspension: 'none',
    name: 'warning-withdrawn',
    params: { mailbox, at: at.toISOString() },
    key: `measure-ended:${measure.id}`,
  })
}
