import { byWord, type MessageSamples, told } from '#server/kit/messages/message-sample.ts'

export const messageSamples: MessageSamples = {
  'guessing-noticed': byWord(['sign-in', 'recovery'], (what) => ({ ...told, what })),
}
