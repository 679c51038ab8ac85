import { byWord, type MessageSamples, occasion } from '#server/kit/messages/message-sample.ts'

export const messageSamples: MessageSamples = {
  'guessing-noticed': byWord(['sign-in', 'recovery'], (what) => ({ ...occasion, what })),
}
