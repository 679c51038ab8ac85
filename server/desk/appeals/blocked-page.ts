import type { RequestHandler } from 'express'
import { blockedOf } from '#server/access/sign-in/blocked-cookie.ts'
import { findAccount } from '#server/accounts/accounts/store.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { describeBlock, noticeOf } from '../measures/describe-block.ts'

const blockView = 'desk/measures/blocked'

/** What the owner of a restricted account reads after the right password. */
export const blockedPage =
  (parts: DeskPageParts): RequestHandler =>
  async (req, res) => {
    // Where a measure leaves the portal open, the owner has a session and not this cookie.
    const visitor = ownerOf(req) ?? blockedOf(parts, req)
    const account = visitor && (await findAccount(parts.db, visitor.id))
    // Security: A password given in an earlier epoch shows nothing of a block.
    if (!account || account.epoch !== visitor.epoch) return res.redirect(303, '/sign-in')
    const block = await describeBlock(parts.desk, account.id)
    const locals = { block, titleKey: block ? noticeOf(block).titleKey : 'blocked.title' }
    if (block?.extent === 'warned')
      return parts.pages.show(req, res, { id: 'warned', view: blockView, locals })
    parts.pages.show(req, res, { id: 'blocked', view: blockView, locals })
  }
