import { Router } from 'express'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { requireAccount } from '#server/accounts/sessions/browser-session.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { describeEntry } from './describe-entry.ts'
import { showNotMe } from './not-me-page.ts'
import { listActivity } from './store.ts'

const pageSize = 30

export function activityRoutes(parts: AccountsParts): Router {
  const { pages, db } = parts
  const router = Router()
  router.get('/account/activity/:id/not-me', requireAccount(), showNotMe(parts))
  return router.get('/account/activity', requireAccount(), async (req, res) => {
    const before =
      typeof req.query.before === 'string' && /^\d{1,18}$/.test(req.query.before)
        ? req.query.before
        : undefined
    const entries = await listActivity(db, ownerOf(req)?.id ?? '', pageSize + 1, before)
    const shown = entries.slice(0, pageSize)
    pages.show(req, res, {
      id: 'activity',
      view: 'accounts/activity/activity',
      locals: {
        events: shown.map((entry) => describeEntry(entry)),
        older: entries.length > pageSize ? `/account/activity?before=${shown.at(-1)?.id}` : null,
        newer: before === undefined ? null : '/account/activity',
      },
    })
  })
}
