import { at, byWord, type MessageSamples } from '#server/kit/messages/message-sample.ts'
import { brakeNames } from '../messages/catalogue.ts'

export const messageSamples: MessageSamples = {
  'brake-alert': byWord(brakeNames, (brake) => ({ brake, at })),
}
