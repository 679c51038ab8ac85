// Groups of cases that have a text or the host of a link in common, each with one decision.
import type { RequestHandler } from 'express'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { recordLook } from '../audit/record-look.ts'
import { showStaffPage, staffOf } from '../staff/staff.ts'
import { listCampaigns } from './campaign-store.ts'
import { describeCampaign } from './describe-campaign.ts'

const atOnce = 50

export function campaignPage(parts: DeskPageParts): RequestHandler {
  const { desk, db, keyring, clock } = parts
  return async (req, res) => {
    const { id: staffId } = staffOf(req)
    const campaigns = await listCampaigns(db, keyring, {
      notOf: staffId,
      leastSenders: desk.settings.campaignSenders,
      limit: atOnce,
    })
    await recordLook(parts, { staffId, action: 'campaigns.viewed' })
    showStaffPage(parts, req, res, {
      id: 'staff-campaigns',
      view: 'desk/campaigns/campaigns',
      locals: {
        campaigns: campaigns.map(describeCampaign),
        now: clock.now(),
      },
    })
  }
}
