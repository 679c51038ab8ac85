import type { Trx } from '#db/connection.ts'
import { type Command, done } from '#server/kit/commands/command.ts'
import { recordActivity } from '../accounts/activity/store.ts'
import { rekeyMessages } from '../kit/messages/store.ts'
import type { PortalParts } from '../portal-parts.ts'

const slice = 200

export const rekeyCommand: Command<PortalParts> = {
  words: ['rekey'],
  summary: 'Moves everything sealed or found under older keys of SECRET_KEYS to the newest one.',
  help:
    'Put the new key first in SECRET_KEYS, restart every process, run this; it may be repeated. ' +
    'Leave the old key listed as the last one: the\n' +
    'record of what happened is not written again, and what was chained under a key can be ' +
    'verified only while it is listed.',
  async run(context) {
    const { db, keyring, clock, life } = await context.parts()
    const moveSlice = async (trx: Trx) =>
      (await rekeyMessages(trx, keyring, slice)) + (await life.rekey(trx, slice))
    let count = 0
    for (;;) {
      const moved = await db.transaction(moveSlice)
      count += moved
      if (moved === 0) break
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
