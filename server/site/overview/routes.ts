import { Router } from 'express'
import { accountOf, requireAccount } from '#server/accounts/sessions/browser-session.ts'
import { takeFlash } from '#server/kit/pages/flash.ts'
import { readOverview } from '#server/kit/pages/owner/join-overview.ts'
import type { SiteParts } from '#server/site/parts.ts'

export function overviewRoutes({ pages, overviews }: SiteParts): Router {
  const all = overviews()
  const flashes = all.flatMap((each) => each.flashes ?? [])
  return Router()
    .get('/', (req, res) => {
      const flash = takeFlash(req, res, ['signed-out'])
      pages.show(req, res, {
        id: 'home',
        view: 'site/overview/home',
        sameForAll: flash === undefined,
        locals: { flash },
      })
    })
    .get('/account', requireAccount(), async (req, res) => {
      const joined = await readOverview(all, accountOf(req).id)
      pages.show(req, res, {
        id: 'account',
        view: 'site/overview/account',
        locals: { flash: takeFlash(req, res, flashes), ...joined },
      })
    })
}
