import type { Trx } from '#db/connection.ts'
import { rekeyDesk } from '../abuse/rekey-store.ts'
import { recordActivity } from '../activity/store.ts'
import { rekeyLinkRequests } from '../backup-address/link-store.ts'
import { rekeyBackupAddresses } from '../backup-address/store.ts'
import { rekeyClaims } from '../claims/store.ts'
import type { Keyring } from '../core/keyring.ts'
import { rekeyHeldFilters } from '../mail-filters/store.ts'
import { rekeyMailboxes } from '../mailboxes/reconcile-store.ts'
import { rekeyMessages } from '../messages/store.ts'
import { rekeyCodeRequests } from '../phone/code-store.ts'
import { rekeyHolds } from '../recovery/hold-store.ts'
import { rekeyFlows } from '../recovery/store.ts'
import { rekeyFactors } from '../staff/factor-store.ts'
import { rekeyStoppedAddresses } from '../stopped-addresses/store.ts'
import { rekeyUndos } from '../undo/store.ts'
import { type Command, done } from './command.ts'

/** Everything that is kept under a key. Each moves up to `limit` values in the transaction and returns how many there were. */
const kept: readonly ((trx: Trx, keyring: Keyring, limit: number) => Promise<number>)[] = [
  rekeyBackupAddresses,
  rekeyClaims,
  rekeyCodeRequests,
  rekeyDesk,
  rekeyFactors,
  rekeyFlows,
  rekeyHeldFilters,
  rekeyHolds,
  rekeyLinkRequests,
  rekeyMailboxes,
  rekeyMessages,
  rekeyStoppedAddresses,
  rekeyUndos,
]

const slice = 200

export const rekeyCommand: Command = {
  words: ['rekey'],
  summary: 'Moves everything sealed or found under older keys of SECRET_KEYS to the newest one.',
  help: 'Put the new key first in SECRET_KEYS, restart every process, run this; it may be repeated. Leave the old key listed as the last one: the\nrecord of what happened is not written anew, and what was chained under a key can be verified only while it is listed.',
  async run({ portal }) {
    const { db, keyring, clock } = await portal()
    let count = 0
    for (const rekey of kept) {
      for (;;) {
        const moved = await db.transaction((trx) => rekey(trx, keyring, slice))
        count += moved
        if (moved === 0) break
      }
    }
    if (count > 0) {
      const entry = {
        accountId: null,
        event: 'portal.rekeyed',
        details: { count },
        at: clock.now(),
      } as const
      await db.transaction((trx) => recordActivity(trx, keyring, entry))
    }
    return done(
      { moved: count },
      count === 0
        ? 'Everything is under the newest key.'
        : `Moved ${count} values to the newest key.`,
    )
  },
}
