import { at, byWord, type MessageSamples } from '#server/kit/messages/message-sample.ts'
import { brakeNames } from './brakes.ts'

export const messageSamples: MessageSamples = {
  'brake-alert': byWord(brakeNames, (brake) => ({ brake, at })),
}
