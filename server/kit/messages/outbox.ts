// The development outbox: messages that no gateway took, rendered from the database.
import type { Db } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Channel } from './catalogue.ts'
import { openPayload } from './payload.ts'
import type { RenderMessage } from './render.ts'
import { selectKeptMessages } from './store.ts'

export interface OutboxParts {
  readonly db: Db
  readonly keyring: Keyring
  readonly render: RenderMessage
}

export interface OutboxEntry {
  /** ISO 8601. */
  readonly at: string
  readonly channel: Channel
  readonly to: string
  /** Empty for SMS. */
  readonly subject: string
  readonly text: string
}

/** Newest first. Leaves out messages under a key that is no longer listed. */
export async function readOutbox(parts: OutboxParts, limit = 200): Promise<OutboxEntry[]> {
  const kept = await selectKeptMessages(parts.db, limit)
  return kept.flatMap<OutboxEntry>(({ channel, name, payload, createdAt }) => {
    const at = createdAt.toISOString()
    try {
      const { to, params, locale } = openPayload(parts.keyring, payload)
      if (to === null) return []
      if (channel === 'sms')
        return [{ at, channel, to, subject: '', text: parts.render.sms(name, params, locale, to) }]
      const { subject, text } = parts.render.mail(name, params, locale, to)
      return [{ at, channel, to, subject, text }]
    } catch {
      return []
    }
  })
}
