// One account as support sees it: no secret, no contact, no letter.
import type { Request, RequestHandler } from 'express'
import { type Account, findAccount } from '#server/accounts/accounts/store.ts'
import { describeEntry } from '#server/accounts/activity/describe-entry.ts'
import { listActivity } from '#server/accounts/activity/store.ts'
import { proofOf } from '#server/accounts/sessions/browser-session.ts'
import { aliveSince, sessionTimesOf } from '#server/accounts/sessions/session-store.ts'
import { listSessions } from '#server/accounts/sessions/store.ts'
import { recordLook } from '#server/desk/audit/record-look.ts'
import type { DeskPageParts } from '#server/desk/parts.ts'
import { NotFound, RightMissing } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { showStaffPage, staffOf } from '../staff.ts'
import { endSessionsOf } from './end-sessions.ts'

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
const latestEntries = 15

const stateOf = ({ closedAt, closingAt, blockedAt }: Account) => {
  if (closedAt) return 'closed'
  if (blockedAt) return 'blocked'
  return closingAt ? 'closing' : 'open'
}

export function accountPage(parts: DeskPageParts): Record<'show' | 'endSessions', RequestHandler> {
  const { db, clock, settings } = parts
  const times = sessionTimesOf(settings)

  /** @throws NotFound, RightMissing */
  async function openAccountOf(req: Request): Promise<Account> {
    const id = String(req.params.id)
    const account = isUuid(id) ? await findAccount(db, id) : undefined
    if (!account) throw new NotFound('no such account')
    // Security: Staff never see or change their own account on the support pages.
    if (account.id === staffOf(req).id) throw new RightMissing('an account of their own')
    return account
  }

  return {
    async show(req, res) {
      const account = await openAccountOf(req)
      const [progress, sessions, latest] = await Promise.all([
        findMailboxProgress(db, account.id),
        listSessions(db, account.id, aliveSince(clock, times)),
        listActivity(db, account.id, latestEntries),
      ])
      const { id: staffId, rights } = staffOf(req)
      await recordLook(parts, { staffId, action: 'support.viewed', accountId: account.id })
      showStaffPage(parts, req, res, {
        id: 'staff-account',
        view: 'desk/staff/account',
        locals: {
          titleParams: { address: account.address },
          subject: account,
          state: stateOf(account),
          mailbox: progress && describeMailbox(progress),
          sessions: sessions.length,
          latest: latest.map(describeEntry),
          mayEnd: sessions.length > 0 && rights.has('accounts.end-sessions'),
          flash: takeFlash(req, res, ['sessions-ended']),
        },
      })
    },

    async endSessions(req, res) {
      const account = await openAccountOf(req)
      await endSessionsOf(parts, account.id, proofOf(req))
      setFlash(res, 'sessions-ended')
      res.redirect(303, `/staff/accounts/${account.id}`)
    },
  }
}
