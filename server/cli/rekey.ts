import type { Trx } from '#db/connection.ts'
import { recordActivity } from '../accounts/activity/store.ts'
import { rekeyClaims } from '../accounts/claims/store.ts'
import type { Keyring } from '../core/keys/keyring.ts'
import { rekeyDesk } from '../desk/rekey-store.ts'
import { rekeyFactors } from '../desk/staff/factor-store.ts'
import { rekeyMessages } from '../kit/messages/store.ts'
import { rekeyHeldFilters } from '../mail/filters/store.ts'
import { rekeyMailboxes } from '../mail/mailboxes/reconcile-store.ts'
import { rekeyLinkRequests } from '../recovery/backup-address/link-store.ts'
import { rekeyBackupAddresses } from '../recovery/backup-address/store.ts'
import { rekeyHolds } from '../recovery/flow/hold-store.ts'
import { rekeyFlows } from '../recovery/flow/store.ts'
import { rekeyCodeRequests } from '../recovery/phone/code-store.ts'
import { rekeyStoppedAddresses } from '../recovery/stopped-addresses/store.ts'
import { rekeyUndos } from '../recovery/undo/store.ts'
import { type Command, done } from './command.ts'

/** Each moves up to `limit` values to the newest key, and returns how many. */
const rekeyed: readonly ((trx: Trx, keyring: Keyring, limit: number) => Promise<number>)[] = [
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
  help:
    'Put the new key first in SECRET_KEYS, restart every process, run this; it may be repeated. ' +
    'Leave the old key listed as the last one: the\n' +
    'record of what happened is not written anew, and what was chained under a key can be ' +
    'verified only while it is listed.',
  async run({ portal }) {
    const { db, keyring, clock } = await portal()
    let count = 0
    for (const rekey of rekeyed) {
      for (;;) {
        const moved = await db.transaction((trx) => rekey(trx, keyring, slice))
        count += moved
        if (moved === 0) break
      }
    }
    if (count === 0) return done({ moved: 0 }, 'Everything is under the newest key.')
    const entry = {
      accountId: null,
      event: 'portal.rekeyed',
      details: { count },
      at: clock.now(),
    } as const
    await db.transaction((trx) => recordActivity(trx, keyring, entry))
    return done({ moved: count }, `Moved ${count} values to the newest key.`)
  },
}
