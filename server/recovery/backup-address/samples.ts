import {
  later,
  type MessageSamples,
  occasion,
  sampleStopToken,
  sampleToken,
} from '#server/kit/messages/message-sample.ts'
import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { contactSamples, ownerSample } from '../contacts/contact-samples.ts'
import { refused, stepSample } from '../flow/sample-page.ts'

const link = {
  address: 'alesia.kavalchuk-private@example.com',
  minutes: 60,
  sends: 1,
  left: 9,
  againAt: null,
}

export const samples: readonly Sample[] = [
  ...contactSamples('backup-address', 'address', 'alesia@', link.address),
  ownerSample('backup-address', 'typo', 'recovery/backup-address/backup-address', {
    meant: 'alesia.kavalchuk@gmail.com',
    ...refused('address', 'typo', 'alesia.kavalchuk@gmial.com'),
  }),
  stepSample('recover-backup-address', 'empty', 'backup-address/recover-backup-address', {
    sends: 0,
  }),
  stepSample(
    'recover-backup-address',
    'errors',
    'backup-address/recover-backup-address',
    refused('address', 'shape', 'alesia.example.com'),
  ),
  stepSample(
    'recover-backup-address-sent',
    'shown',
    'backup-address/recover-backup-address-sent',
    link,
  ),
  stepSample('recover-backup-address-sent', 'wait', 'backup-address/recover-backup-address-sent', {
    flash: 'sent-again',
    ...link,
    left: 5,
    againAt: sampleMoment(-0.02),
  }),
  stepSample(
    'recover-backup-address-sent',
    'no-more',
    'backup-address/recover-backup-address-sent',
    { ...link, left: 0 },
  ),
]

export const messageSamples: MessageSamples = {
  'backup-address-code': {
    sent: { code: '004217', expiresAt: later, stopToken: sampleStopToken },
    linked: { code: '004217', expiresAt: later, stopToken: null },
  },
  'recovery-link': { sent: { ...occasion, token: sampleToken, expiresAt: later } },
}
