// Recognises mail of this portal by its Message-ID.
import type { Db } from '#db/connection.ts'

const madeHere = /^<?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})@/

/** Looks Message-IDs up, since anybody can write one like ours. Swept messages are not found. */
export async function isOwnMail(db: Db, messageIds: readonly string[]): Promise<boolean> {
  const ids = messageIds.flatMap((each) => {
    const [, id] = madeHere.exec(each.toLowerCase()) ?? []
    return id ?? []
  })
  if (ids.length === 0) return false
  const row = await db('messages').whereIn('id', ids).where({ channel: 'mail' }).first('id')
  return row !== undefined
}
