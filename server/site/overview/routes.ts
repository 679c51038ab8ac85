import { Router } from 'express'
import { describeEntry } from '#server/accounts/activity/describe-entry.ts'
import { listActivity } from '#server/accounts/activity/store.ts'
import { proofOf, requireAccount } from '#server/accounts/sessions/browser-session.ts'
import { describeBlock } from '#server/desk/measures/describe-block.ts'
import { listRoles } from '#server/desk/staff/store.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { readFields } from '#server/kit/pages/forms.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { countHeldAppPasswords } from '#server/mail/app-passwords/store.ts'
import { waitingFilters } from '#server/mail/filters/waiting-filters.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { requestGrowth } from '#server/mail/mailboxes/grow-mailbox.ts'
import { refreshUsage } from '#server/mail/mailboxes/measure-mailboxes.ts'
import { requestedQuota } from '#server/mail/mailboxes/quota-rule.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { lacksSecondWay, warningsOf } from '#server/recovery/methods/methods.ts'
import { findHold } from '#server/recovery/reset/hold-reset.ts'
import type { SiteParts } from '#server/site/parts.ts'

import { showMethodState, showPassword, warningAction } from './account-page.ts'

const latestEntries = 5

export function overviewRoutes(parts: SiteParts): Router {
  const { pages, db, clock, methods, platform, settings } = parts
  return Router()
    .get('/', (req, res) =>
      pages.show(req, res, { id: 'home', view: 'site/home/home', sameForAll: true }),
    )
    .get('/account', requireAccount(), async (req, res) => {
      const owner = ownerOf(req)
      const progress = owner && (await findMailboxProgress(db, owner.id))
      if (!owner || !progress) throw new NotFound('an account without a mailbox')
      const described = await methods.describe(db, owner.id, clock.now())
      await refreshUsage(parts, owner.id, progress)
      const entries = await listActivity(db, owner.id, latestEntries)
      const mailbox = describeMailbox(progress)
      const warnings = warningsOf(described)
      pages.show(req, res, {
        id: 'account',
        view: 'site/overview/account',
        locals: {
          flash: takeFlash(req, res, [
            'password-changed',
            'space-grown',
            'waiting-password-stopped',
          ]),
          block: (await describeBlock(parts.desk, owner.id)) ?? null,
          waiting: (await findHold(db, owner.id)) ?? null,
          mailbox,
          password: showPassword(mailbox),
          space: {
            more: requestedQuota(progress, settings),
            growsTo: settings.quotaGrowth === 'auto' ? settings.quotaMaxBytes : undefined,
          },
          methods: described
            .filter((method) => method.state !== 'closed')
            .map((method) => ({ ...method, tag: showMethodState(method) })),
          warnings,
          warningAction: warningAction(warnings),
          lacksSecondWay: lacksSecondWay(described),
          appPasswords: platform.applyAppPasswords !== undefined,
          waitingFilters: await waitingFilters(db, owner.id),
          heldAppPasswords: await countHeldAppPasswords(db, owner.id),
          latestActivity: entries.map((entry) => describeEntry(entry)),
          isStaff: (await listRoles(db, owner.id)).length > 0,
        },
      })
    })
    .post('/account/space', requireAccount('/account'), async (req, res) => {
      const { from } = readFields(req, ['from'])
      const seen = /^\d{1,15}$/.test(from) ? Number(from) : undefined
      const asked = { proof: proofOf(req), client: parts.client(req), from: seen }
      if (await requestGrowth(parts, asked)) setFlash(res, 'space-grown')
      res.redirect(303, '/account')
    })
}
