import type { Trx } from '#db/connection.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerHour } from '#server/core/durations.ts'
import type { Keyring } from '#server/core/keys/keyring.ts'
import type { Locale } from '#server/kit/i18n/texts.ts'
import { enqueue } from '#server/kit/jobs/enqueue.ts'
import {
  type Channel,
  checkParams,
  type MessageCatalogue,
  type MessageName,
  type MessageParams,
} from './catalogue.ts'
import { sealPayload } from './payload.ts'
import { insertMessage } from './store.ts'

export const deliverTask = 'message:deliver'

/** How long a message without a parameter `expiresAt` is tried. */
const lifetimeHours = 72

export interface MessageParts {
  readonly keyring: Keyring
  readonly clock: Clock
  /** Loads zod, which is large. Production does without it until the first message. */
  readonly loadMessages: () => Promise<MessageCatalogue>
}

export interface Message<N extends MessageName> {
  readonly name: N
  readonly channel: MessageCatalogue[N]['channels'][number]
  /** A mail address or E.164 number; `null` for a decoy, which the worker drops. */
  readonly to: string | null
  readonly params: MessageParams<N>
  readonly locale: Locale
  /** A display name, for a mail to its owner. */
  readonly greeted?: string | null | undefined
  /** A second message with the same key is not sent. Stored in clear: no secret, no contact. */
  readonly dedupeKey?: string
  /** The account that it is about: what waits is not sent once that account is closed. */
  readonly ownerId?: string
  /** A queue of jobs: it is delivered after those that stand there already. */
  readonly behind?: string | undefined
}

/** @returns the id, or `null` if the dedupe key was used before @throws ZodError */
export async function sendMessage<N extends MessageName>(
  trx: Trx,
  parts: MessageParts,
  message: Message<N>,
): Promise<string | null> {
  const { name, channel, to, locale } = message
  const greeted = channel === 'mail' ? (message.greeted ?? undefined) : undefined
  const catalogue = await parts.loadMessages()
  if (!(catalogue[name].channels as readonly Channel[]).includes(channel))
    throw new Error(`${name} cannot go by ${channel}`)
  const params = checkParams(catalogue, name, message.params)
  const createdAt = parts.clock.now()
  const id = await insertMessage(trx, {
    channel,
    name,
    // Security: The queue and the database hold recipients, codes and tokens only sealed.
    payload: sealPayload(parts.keyring, { to, params, locale, greeted }),
    dedupeKey: message.dedupeKey ?? null,
    ownerId: message.ownerId ?? null,
    createdAt,
    expiresAt:
      'expiresAt' in params
        ? new Date(params.expiresAt)
        : new Date(createdAt.getTime() + lifetimeHours * msPerHour),
  })
  if (id !== null) await enqueueDelivery(trx, id, undefined, message.behind)
  return id
}

/** The table `messages` counts the tries. The retries of the queue are for unexpected faults. */
export async function enqueueDelivery(
  trx: Trx,
  id: string,
  runAt?: Date,
  queueName?: string,
): Promise<void> {
  const when = { ...(runAt && { runAt }), ...(queueName !== undefined && { queueName }) }
  await enqueue(
    trx,
    deliverTask,
    { messageId: id },
    { jobKey: `message:${id}`, maxAttempts: 10, ...when },
  )
}
