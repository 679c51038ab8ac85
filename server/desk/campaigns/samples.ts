import { type Sample, sampleMoment } from '#server/kit/pages/sample.ts'
import { now } from '../sample-facts.ts'
import { consolePage } from '../staff/sample-page.ts'
import { describeCampaign } from './describe-campaign.ts'

const view = 'desk/campaigns/campaigns'
const campaigns = [
  {
    id: '7',
    kind: 'link-host',
    name: 'login.bank.example',
    senders: 14,
    openCases: 9,
    lastAt: sampleMoment(1),
  },
  {
    id: '4',
    kind: 'text',
    name: 'Your parcel is waiting',
    senders: 3,
    openCases: 1,
    lastAt: sampleMoment(30),
  },
] as const

export const samples: readonly Sample[] = [
  consolePage('staff-campaigns', 'filled', view, {
    campaigns: campaigns.map(describeCampaign),
    now,
  }),
  consolePage('staff-campaigns', 'empty', view, { campaigns: [], now }),
]
