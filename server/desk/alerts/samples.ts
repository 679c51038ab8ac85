import type { MessageSamples } from '#server/kit/messages/message-sample.ts'

export const messageSamples: MessageSamples = {
  'high-cases': { one: { count: 1 }, several: { count: 12 } },
}
