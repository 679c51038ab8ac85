// Every message of every feature. Loaded with the first message, because zod is large.
import { features } from './features.ts'
import type { Feature } from './kit/feature.ts'
import type { MessageCatalogue, MessageName, MessageRows } from './kit/messages/catalogue.ts'

const all: readonly Pick<Feature<never>, 'name' | 'messages'>[] = features

type Listed<F> = F extends { messages: () => Promise<{ messages: infer Rows }> }
  ? keyof Rows
  : never
type Nothing<Name extends never> = Name
/** Does not compile where features.ts misses a list of messages, and names these messages. */
export type Forgotten = Nothing<Exclude<MessageName, Listed<(typeof features)[number]>>>

async function joinMessages(): Promise<MessageCatalogue> {
  const lists = await Promise.all(
    all.map(async ({ messages }): Promise<MessageRows> => (await messages?.())?.messages ?? {}),
  )
  return Object.assign({}, ...lists)
}

let joined: Promise<MessageCatalogue> | undefined

export const loadMessages = (): Promise<MessageCatalogue> => {
  joined ??= joinMessages()
  return joined
}
