// The development outbox: messages that no gateway took, rendered from the database.
import type { Db } from '#db/connection.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Channel } from './catalogue.ts'
import { openPayload } from './payload.ts'
import type { RenderMessage } from './rendering/render.ts'
import { type KeptMessage, selectKeptMessages } from './store.ts'

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
  const entries = await Promise.all(kept.map((each) => showMessage(parts, each).catch(() => null)))
  return entries.filter((entry) => entry !== null)
}

async function showMessage(
  { keyring, render }: OutboxParts,
  { channel, name, payload, createdAt }: KeptMessage,
): Promise<OutboxEntry | null> {
  const at = createdAt.toISOString()
  const { to, params, locale, greeted } = openPayload(keyring, payload)
  if (to === null) return null
  if (channel === 'sms')
    return { at, channel, to, subject: '', text: await render.sms(name, params, locale, to) }
  const { subject, text } = await render.mail(name, params, locale, to, greeted)
  return { at, channel, to, subject, text }
}
