import type { DeskFeature } from '#server/desk/feature.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { consoleEntry } from '../staff/console-entry.ts'
import { campaignRoutes } from './campaign-routes.ts'
import { deleteOldCampaigns } from './campaign-store.ts'
import { campaignRows } from './settings.ts'
import texts from './texts.json' with { type: 'json' }

export const campaignsFeature = {
  name: 'desk/campaigns',
  texts,
  settings: campaignRows,
  actions: () => import('./actions.ts'),
  menu: [
    consoleEntry('staff-campaigns', {
      rank: 15,
      href: '/staff/campaigns',
      right: 'cases.see',
    }),
  ],
  routes: (parts) => [campaignRoutes(parts)],
  sweeps: () => [{ name: 'campaigns', run: deleteOldCampaigns }],
  samples: () => import('./samples.ts'),
} satisfies DeskFeature<DeskPageParts>
