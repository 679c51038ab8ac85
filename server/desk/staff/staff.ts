// The guard of the staff pages, and the frame that they are shown in.
import type { Request, RequestHandler, Response } from 'express'
import type { AccountProof } from '#server/accounts/accounts/change-account.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { askerOf } from '#server/kit/log/security-log.ts'
import { NotFound, RightMissing } from '#server/kit/pages/faults.ts'
import type { Page } from '#server/kit/pages/pages.ts'
import { onlyLooks } from '#server/kit/web/dispatch.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { ownerOf, proofOf, sessionDigestOf } from '#server/kit/web/sessions.ts'
import { findStanding, touchStaffSession } from './factor-store.ts'
import { rightsOf, type StaffRight } from './rights.ts'
import type { StaffRole } from './store.ts'

export interface StaffMember {
  readonly id: string
  /** What their session proves. */
  readonly proof: AccountProof
  readonly address: string
  readonly roles: readonly StaffRole[]
  readonly rights: ReadonlySet<StaffRight>
  /** Whether single keys do something on their pages. */
  readonly shortcuts: boolean
}

declare module 'express-serve-static-core' {
  interface Request {
    staff?: StaffMember
  }
}

/** Where the console can be gone to, and who may. */
export const staffMenu: readonly {
  readonly id: string
  readonly href: string
  readonly right?: StaffRight
}[] = [
  { id: 'staff-queue', href: '/staff/cases', right: 'cases.see' },
  { id: 'staff-search', href: '/staff/search', right: 'search.use' },
  { id: 'staff-approvals', href: '/staff/approvals', right: 'measures.approve' },
  { id: 'staff-accounts', href: '/staff/accounts', right: 'accounts.see' },
  { id: 'staff-figures', href: '/staff/figures', right: 'figures.see' },
  { id: 'staff-audit', href: '/staff/audit', right: 'audit.see' },
  { id: 'staff-me', href: '/staff/me' },
  { id: 'staff-help', href: '/staff/help' },
]

export const menuFor = (rights: ReadonlySet<StaffRight>) =>
  staffMenu
    .filter(({ right }) => right === undefined || rights.has(right))
    .map(({ id, href }) => ({ id, href }))

export interface StaffGuards {
  /** Only staff, whether or not they have passed the second factor: for the door itself. */
  readonly atDoor: RequestHandler
  /** Only staff inside, with the right where one is named. `page` is gone back to where the guarded URL is a deed. */
  requireStaff(right?: StaffRight, page?: string): RequestHandler
}

const touchMs = 30_000

export function createStaffGuards(
  parts: Pick<WebParts, 'db' | 'settings' | 'log'> & { readonly clock: Clock },
): StaffGuards {
  const idleMs = parts.settings.staffIdleMinutes * msPerMinute

  async function standingOf(req: Request, res: Response, page?: string) {
    const next = encodeURIComponent(page ?? req.originalUrl)
    const owner = ownerOf(req)
    if (!owner) {
      res.redirect(303, `/sign-in?next=${next}`)
      return undefined
    }
    const standing = await findStanding(parts.db, owner.id, sessionDigestOf(req))
    // Security: to people without a role there are no staff pages.
    if (standing.roles.length === 0) {
      parts.log.security({ event: 'right.refused', ...askerOf(req), what: 'not of the staff' })
      throw new NotFound('not of the staff')
    }
    if (!onlyLooks(req)) {
      const tell = () =>
        parts.log.security({ event: 'staff.acted', ...askerOf(req), status: res.statusCode })
      res.once('finish', tell)
    }
    req.staff = {
      id: owner.id,
      proof: proofOf(req),
      address: owner.address,
      roles: standing.roles,
      rights: rightsOf(standing.roles),
      shortcuts: standing.shortcuts,
    }
    return { standing, next }
  }

  return {
    atDoor: async (req, res, next) => {
      if (await standingOf(req, res, '/staff')) next()
    },

    requireStaff: (right, page) => async (req, res, goOn) => {
      const found = await standingOf(req, res, page)
      if (!found) return
      const { standing, next } = found
      if (!standing.enrolled) return res.redirect(303, '/staff/door/enrol')
      const now = parts.clock.now()
      const idle = standing.seenAt
        ? now.getTime() - standing.seenAt.getTime()
        : Number.POSITIVE_INFINITY
      // Security: a staff page that was left alone for 15 minutes asks for the second factor again.
      if (idle >= idleMs) return res.redirect(303, `/staff/door?next=${next}`)
      if (standing.hasNewCodes && req.path !== '/staff/door/codes')
        return res.redirect(303, '/staff/door/codes')
      if (right && !req.staff?.rights.has(right))
        throw new RightMissing(`without the right ${right}`)
      if (idle > Math.min(touchMs, idleMs / 10))
        await touchStaffSession(parts.db, sessionDigestOf(req), now)
      goOn()
    },
  }
}

/** Who is at work. Only behind a guard of the staff. */
export function staffOf(req: Request): StaffMember {
  if (!req.staff) throw new NotFound('a staff page without its guard')
  return req.staff
}

/** Shows a page in the console's frame. */
export function showStaffPage(
  parts: Pick<WebParts, 'pages'>,
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
      menu: menuFor(staff.rights),
      shortcuts: staff.shortcuts,
      rights: staff.rights,
    },
  })
}
