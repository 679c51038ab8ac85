// Tells the owner of a block by `portal account block`, and of its end, as of a measure of the desk.
import type { Trx } from '#db/connection.ts'
import type { DeskParts } from './desk.ts'
import { tellHolder } from './tell-holder.ts'

interface Holder {
  readonly id: string
  readonly address: string
  readonly locale: string | null
}

/** By the backup address and the phone: the mailbox itself is closed. */
export async function tellOfOperatorBlock(trx: Trx, parts: DeskParts, account: Holder, at: Date): Promise<void> {
  await tellHolder(trx, parts, {
    account,
    suspension: 'all',
    name: 'account-blocked',
    params: {
      mailbox: account.address,
      at: at.toISOString(),
      extent: 'all',
      cause: 'operator',
      until: null,
      appealToken: null,
    },
    key: `operator-block:${account.id}:${at.getTime()}`,
  })
}

export async function tellOfOperatorLift(trx: Trx, parts: DeskParts, account: Holder, at: Date): Promise<void> {
  await tellHolder(trx, parts, {
    account,
    suspension: 'none',
    name: 'account-unblocked',
    params: { mailbox: account.address, at: at.toISOString() },
    key: `operator-lift:${account.id}:${at.getTime()}`,
  })
}
