import type { AccessParts } from '#server/access/parts.ts'
import { aliveSince, sessionTimesOf } from '#server/accounts/sessions/session-store.ts'
import { listSessions } from '#server/accounts/sessions/store.ts'
import { msPerDay } from '#server/core/durations.ts'
import type { Overview, OverviewLink, OverviewSection } from '#server/kit/pages/overview.ts'

export const sessionsLink: OverviewLink = {
  rank: 10,
  href: '/account/sessions',
  text: 'account.more.sessions',
}

/** @param isOld whether one of them has not been seen for two weeks */
export function devicesTile(count: number, isOld: boolean): OverviewSection {
  const state = isOld ? 'wait' : 'good'
  return {
    rank: 120,
    view: 'access/sessions/overview',
    locals: { count, isOld, state },
    tile: { state, name: 'layout.menu.sessions' },
  }
}

const oldDays = 14

export async function countDevices({ db, clock, settings }: AccessParts, accountId: string) {
  const seen = await listSessions(db, accountId, aliveSince(clock, sessionTimesOf(settings)))
  const oldSince = clock.now().getTime() - oldDays * msPerDay
  const isOld = seen.some(({ lastSeenAt }) => lastSeenAt.getTime() < oldSince)
  return { count: seen.length, isOld }
}

export const sessionsOverview = (parts: AccessParts): Overview => ({
  links: [sessionsLink],
  async readSections(accountId) {
    const { count, isOld } = await countDevices(parts, accountId)
    return [devicesTile(count, isOld)]
  },
})
