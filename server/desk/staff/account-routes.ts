// Support: one account's state for its owner who asks for help. No secret, no contact, no letter.

import { type Request, type Response, Router } from 'express'
import {
  lockAccount,
  lockAccountAsItStands,
  lockBoth,
  StaleProof,
} from '#server/accounts/accounts/change-account.ts'
import {
  type Account,
  beginEpoch,
  findAccount,
  findAccountByAddress,
} from '#server/accounts/accounts/store.ts'
import { describeEntry } from '#server/accounts/activity/describe-entry.ts'
import { listActivity, recordActivity } from '#server/accounts/activity/store.ts'
import { endSessions, listSessions } from '#server/accounts/sessions/store.ts'
import { parseTypedLogin } from '#server/core/identifiers/login-name.ts'
import { addressOf } from '#server/core/identifiers/names.ts'
import { NotFound, RightMissing } from '#server/kit/pages/faults.ts'
import { setFlash, takeFlash } from '#server/kit/pages/flash.ts'
import type { WebParts } from '#server/kit/web/parts.ts'
import { aliveSince } from '#server/kit/web/session-store.ts'
import { proofOf } from '#server/kit/web/sessions.ts'
import { holdFilters } from '#server/mail/filters/hold-filters.ts'
import { describeMailbox } from '#server/mail/mailboxes/describe-mailbox.ts'
import { findMailboxProgress } from '#server/mail/mailboxes/store.ts'
import { doubtLateWays } from '#server/recovery/methods/doubt-late-ways.ts'
import { recordLook } from '../audit/record-look.ts'
import { recordAudit } from '../audit/store.ts'
import { createStaffGuards, showStaffPage, staffOf } from './staff.ts'

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)

export function staffAccountRoutes(parts: WebParts): Router {
  const { db, clock, keyring, settings } = parts
  const { requireStaff } = createStaffGuards(parts)
  const times = { idleMinutes: settings.sessionIdleMinutes, maxHours: settings.sessionMaxHours }

  async function open(req: Request): Promise<Account> {
    const id = String(req.params.id)
    const account = isUuid(id) ? await findAccount(db, id) : undefined
    if (!account) throw new NotFound('no such account')
    // Security: nobody of the staff sees or handles what concerns their own mailbox.
    if (account.id === staffOf(req).id) throw new RightMissing('an account of their own')
    return account
  }

  function showSearch(req: Request, res: Response, typed: string, unknown: boolean) {
    const errors = unknown
      ? [{ field: 'login', reason: typed === '' ? 'missing' : 'unknown', at: 'login' }]
      : []
    showStaffPage(parts, req, res, {
      id: 'staff-accounts',
      view: 'desk/staff/accounts',
      errors,
      values: { login: typed },
    })
  }

  return Router()
    .get('/staff/accounts', requireStaff('accounts.see'), async (req, res) => {
      const asked = req.query.login
      if (asked === undefined) return showSearch(req, res, '', false)
      const typed = typeof asked === 'string' ? asked.trim().slice(0, 320) : ''
      const login = parseTypedLogin(typed, settings.mailDomains)
      const domain = login?.domain ?? settings.mailDomains[0] ?? ''
      const account = login
        ? await findAccountByAddress(db, addressOf(login.login, domain))
        : undefined
      if (!account) return showSearch(req, res, typed, true)
      res.redirect(303, `/staff/accounts/${account.id}`)
    })
    .get('/staff/accounts/:id', requireStaff('accounts.see'), async (req, res) => {
      const account = await open(req)
      const [progress, sessions, latest] = await Promise.all([
        findMailboxProgress(db, account.id),
        listSessions(db, account.id, aliveSince(clock, times)),
        listActivity(db, account.id, 15),
      ])
      await recordLook(parts, {
        staffId: staffOf(req).id,
        action: 'support.viewed',
        accountId: account.id,
      })
      showStaffPage(parts, req, res, {
        id: 'staff-account',
        view: 'desk/staff/account',
        locals: {
          titleParams: { address: account.address },
          subject: account,
          mailbox: progress && describeMailbox(progress),
          sessions: sessions.length,
          latest: latest.map(describeEntry),
          mayEnd: staffOf(req).rights.has('accounts.end-sessions'),
          flash: takeFlash(req, res, ['sessions-ended']),
        },
      })
    })
    .post(
      '/staff/accounts/:id/end-sessions',
      requireStaff('accounts.end-sessions', '/staff/accounts'),
      async (req, res) => {
        const { id: accountId } = await open(req)
        const at = clock.now()
        await db.transaction(async (outer) => {
          await lockBoth(outer, staffOf(req).id, accountId)
          if ((await lockAccount(outer, proofOf(req))).kind === 'stale') throw new StaleProof()
          const locked = await lockAccountAsItStands(outer, accountId)
          if (!locked) throw new NotFound('no such account')
          const { trx } = locked
          await beginEpoch(trx, accountId)
          await holdFilters(trx, { accountId, at })
          await doubtLateWays(trx, parts, { accountId, at })
          // A second click finds none.
          if ((await endSessions(trx, accountId)) === 0) return
          await recordActivity(trx, keyring, {
            accountId,
            event: 'session.ended-by-operator',
            details: {},
            at,
          })
          const about = {
            staffId: staffOf(req).id,
            accountId,
            details: { what: 'sessions-ended' },
            at,
          }
          await recordAudit(trx, keyring, { ...about, action: 'support.acted' })
        })
        setFlash(res, 'sessions-ended')
        res.redirect(303, `/staff/accounts/${accountId}`)
      },
    )
}
