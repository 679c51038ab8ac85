// Joins the messages of all features when the first one is sent, because zod is large.
import { features } from './features.ts'
import type { Feature } from './kit/feature.ts'
import type { MessageCatalogue, MessageName, MessageRows } from './kit/messages/catalogue.ts'
import type { NamesIn, NoneOf } from './load-events.ts'

const all: readonly Pick<Feature<never>, 'name' | 'messages'>[] = features

type Listed = NamesIn<(typeof features)[number], 'messages'>
/** Does not compile if no feature brings a declared message. The error names the message. */
export type ForgottenMessage = NoneOf<Exclude<MessageName, Listed>>

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
