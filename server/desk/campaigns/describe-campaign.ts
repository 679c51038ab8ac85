import type { DeskParts } from '../desk.ts'
import { type Campaign, findCampaign } from './campaign-store.ts'

/** Undefined if the viewer sees too few senders of it. */
export async function findShownCampaign(
  { db, keyring, settings }: DeskParts,
  id: string | undefined,
  notOf: string,
) {
  if (id === undefined) return undefined
  const [found] = await findCampaign(db, keyring, id, {
    notOf,
    leastSenders: settings.campaignSenders,
    limit: 1,
  })
  return found && describeCampaign(found)
}

/** The list of its open cases, where all of them can be decided at once. */
export const describeCampaign = (campaign: Campaign) => ({
  ...campaign,
  href: `/staff/cases?tab=every&campaign=${campaign.id}`,
})
