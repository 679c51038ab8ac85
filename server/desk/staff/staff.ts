// The guard of the staff pages, and the frame that they are shown in.

import type { Request, RequestHandler, Response } from 'express'
import type { AccountProof } from '#server/accounts/accounts/change-account.ts'
import { proofOf, sessionDigestOf } from '#server/accounts/sessions/browser-session.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerMinute, msPerSecond } from '#server/core/durations.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { NotFound, RightMissing } from '#server/kit/pages/faults.ts'
import type { Page } from '#server/kit/pages/pages.ts'
import { onlyLooks } from '#server/kit/web/dispatch.ts'
import {
  type FormPage,
  type Params,
  resolveFormPage,
  withFormPage,
} from '#server/kit/web/form-page.ts'
import { ownerOf } from '#server/kit/web/session-owner.ts'
import { rightsOf, type StaffRight } from './rights.ts'
import { findStanding, touchStaffSession } from './session-store.ts'
import type { StaffRole } from './store.ts'

export interface StaffMember {
  readonly id: string
  readonly proof: AccountProof
  readonly address: string
  readonly roles: readonly StaffRole[]
  readonly rights: ReadonlySet<StaffRight>
  /** Whether single keys are shortcuts on the pages of this member. */
  readonly shortcuts: boolean
}

declare module 'express-serve-static-core' {
  interface Request {
    staff?: StaffMember
  }
}

export interface StaffGuards {
  /** For the staff door itself: a role is needed, the second factor is not. */
  readonly requireRole: RequestHandler
  /**
   * Requires a role, the second factor in this session, and the right if one is named.
   * @param page where the browser returns to after the door; needed where the guarded URL is a POST
   */
  requireStaff(right?: StaffRight, page?: FormPage): RequestHandler
}

/** `seen_at` is written at most this often, and not at every request. */
const touchMs = 30 * msPerSecond

const without = (right: StaffRight) => new RightMissing(`without the right ${right}`)

export function createStaffGuards(
  parts: Pick<DeskPageParts, 'db' | 'settings' | 'log'> & { readonly clock: Clock },
): StaffGuards {
  const idleMs = parts.settings.staffIdleMinutes * msPerMinute

  /** Fills in `req.staff`. Undefined if the answer is a redirect to sign-in. */
  async function findStaff(req: Request, res: Response, page?: FormPage) {
    const back = encodeURIComponent(
      page === undefined ? req.originalUrl : resolveFormPage(page, req.params as Params),
    )
    const owner = ownerOf(req)
    if (!owner) {
      res.redirect(303, `/sign-in?next=${back}`)
      return undefined
    }
    const standing = await findStanding(parts.db, owner.id, sessionDigestOf(req))
    // Security: People without a role find no staff pages.
    if (standing.roles.length === 0) {
      parts.log.security({ event: 'right.refused', ...askerOf(req), what: 'not of the staff' })
      throw new NotFound('not of the staff')
    }
    if (!onlyLooks(req))
      res.once('finish', () =>
        parts.log.security({ event: 'staff.acted', ...askerOf(req), status: res.statusCode }),
      )
    req.staff = {
      id: owner.id,
      proof: proofOf(req),
      address: owner.address,
      roles: standing.roles,
      rights: rightsOf(standing.roles),
      shortcuts: standing.shortcuts,
    }
    return { standing, back }
  }

  return {
    requireRole: async (req, res, next) => {
      if (await findStaff(req, res, '/staff')) next()
    },

    requireStaff: (right, page) =>
      withFormPage(page, async (req, res, next) => {
        const found = await findStaff(req, res, page)
        if (!found) return
        const { standing, back } = found
        if (!standing.enrolled) return res.redirect(303, '/staff/door/enrol')
        const now = parts.clock.now()
        const idle = now.getTime() - (standing.seenAt?.getTime() ?? Number.NEGATIVE_INFINITY)
        // Security: A staff page asks for the second factor again after 15 idle minutes.
        if (idle >= idleMs) return res.redirect(303, `/staff/door?next=${back}`)
        if (standing.hasNewCodes && req.path !== '/staff/door/codes')
          return res.redirect(303, '/staff/door/codes')
        if (right && !req.staff?.rights.has(right)) throw without(right)
        if (idle > Math.min(touchMs, idleMs / 10))
          await touchStaffSession(parts.db, sessionDigestOf(req), now)
        next()
      }),
  }
}

/** The member of staff who asks. Only behind a guard of `createStaffGuards`. */
export function staffOf(req: Request): StaffMember {
  if (!req.staff) throw new NotFound('a staff page without its guard')
  return req.staff
}

export function showStaffPage(
  parts: Pick<DeskPageParts, 'pages'>,
  req: Request,
  res: Response,
  page: Page,
): void {
  const staff = staffOf(req)
  parts.pages.show(req, res, {
    ...page,
    layout: 'layouts/staff',
    locals: {
      ...page.locals,
      shortcuts: staff.shortcuts,
      rights: staff.rights,
    },
  })
}
