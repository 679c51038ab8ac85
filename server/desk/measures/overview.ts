import type { Overview } from '#server/kit/pages/overview.ts'
import type { DeskPageParts } from '../parts.ts'
import { describeBlock, noticeOf } from './describe-block.ts'

export const measuresOverview = ({ desk }: DeskPageParts): Overview => ({
  async readSections(accountId) {
    const block = await describeBlock(desk, accountId)
    if (!block) return []
    return [{ rank: 20, view: 'desk/measures/overview', locals: noticeOf(block) }]
  },
})
