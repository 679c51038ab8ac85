import {
  at,
  later,
  type MessageSamples,
  mailbox,
  sampleToken,
} from '#server/kit/messages/message-sample.ts'

export const messageSamples: MessageSamples = {
  'account-warned': {
    spam: { mailbox, at, cause: 'spam', until: later, appealToken: sampleToken },
  },
  'warning-withdrawn': { withdrawn: { mailbox, at } },
}
