import type { Request, RequestHandler } from 'express'
import type { AccountsParts } from '#server/accounts/parts.ts'
import { accountOf, sessionDigestOf } from '#server/accounts/sessions/browser-session.ts'
import { aliveSince, sessionTimesOf } from '#server/accounts/sessions/session-store.ts'
import { type ListedSession, listSessions } from '#server/accounts/sessions/store.ts'
import { msPerMinute } from '#server/core/durations.ts'
import { NotFound } from '#server/kit/pages/faults.ts'
import { describeEntry } from './describe-entry.ts'
import { findEntry } from './entry-store.ts'
import { findAdvice, type Step, steps, stepsOf } from './not-me.ts'
import type { RecordedEntry } from './store.ts'

/** An entry is written with its session, but the clock is read twice. */
const togetherMs = msPerMinute / 12

/** The session that a sign-in began; `ended` where it is gone. */
async function findBegun(
  { db, clock, settings }: AccountsParts,
  req: Request,
  entry: RecordedEntry,
): Promise<{ readonly kind: 'alive' | 'here' | 'ended' | 'none'; readonly end?: string }> {
  if (!entry.event.startsWith('sign-in.')) return { kind: 'none' }
  const alive = aliveSince(clock, sessionTimesOf(settings))
  const all = await listSessions(db, accountOf(req).id, alive)
  const isOfEntry = ({ device, place, signedInAt }: ListedSession) =>
    device === entry.device &&
    place === entry.place &&
    Math.abs(signedInAt.getTime() - entry.happenedAt.getTime()) < togetherMs
  const found = all.find(isOfEntry)
  if (!found) return { kind: 'ended' }
  if (found.idDigest.equals(sessionDigestOf(req))) return { kind: 'here' }
  return { kind: 'alive', end: `/account/sessions/${found.publicId}/end` }
}

export const showNotMe =
  (parts: AccountsParts): RequestHandler =>
  async (req, res) => {
    const id = String(req.params.id)
    const isId = /^\d{1,18}$/.test(id)
    const entry = isId ? await findEntry(parts.db, accountOf(req).id, id) : undefined
    const advice = entry && findAdvice(entry.event)
    if (!entry || !advice) throw new NotFound('no such entry')
    const begun = await findBegun(parts, req, entry)
    const all: readonly Step[] = stepsOf[advice]
    parts.pages.show(req, res, {
      id: 'not-me',
      view: 'accounts/activity/not-me',
      locals: {
        entry: describeEntry(entry),
        advice,
        begun,
        steps: all.map((name) => ({ name, href: steps[name] })),
      },
    })
  }
