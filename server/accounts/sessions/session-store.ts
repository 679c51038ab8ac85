// The store of express-session on our table. Only signed-in browsers have a row.

import { type SessionData, Store } from 'express-session'
import type { Db } from '#db/connection.ts'
import type { ClientInfo } from '#server/core/client-info.ts'
import type { Clock } from '#server/core/clock.ts'
import { msPerDay, msPerHour, msPerMinute } from '#server/core/durations.ts'
import { hashToken } from '#server/core/keys/secrets.ts'
import type { SessionSettings } from './settings.ts'
import * as sessions from './store.ts'

declare module 'express-session' {
  interface SessionData {
    passport?: { user: string }
    /** Epoch of the proof that began the session. Only on the first save. */
    epoch?: number
    /** When the password was last typed, in Unix milliseconds. */
    confirmedAt?: number
    /** Only on the first save, which writes it into the row. */
    client?: ClientInfo
    /** Only on the first save: writes the row with the rest of the sign-in. */
    write?: (session: sessions.NewSession) => Promise<void>
    signedInAt?: Date
    /** The owner said: this device is mine. */
    isMine?: boolean | undefined
  }
}

export interface SessionTimes {
  readonly idleMinutes: number
  readonly maxHours: number
  readonly knownDays: number
  readonly knownMaxDays: number
}

export function aliveSince(clock: Clock, times: SessionTimes): sessions.Alive {
  const now = clock.now().getTime()
  return {
    seenAfter: new Date(now - times.idleMinutes * msPerMinute),
    begunAfter: new Date(now - times.maxHours * msPerHour),
    mineSeenAfter: new Date(now - times.knownDays * msPerDay),
    mineBegunAfter: new Date(now - times.knownMaxDays * msPerDay),
  }
}

export const sessionTimesOf = (settings: SessionSettings): SessionTimes => ({
  idleMinutes: settings.sessionIdleMinutes,
  maxHours: settings.sessionMaxHours,
  knownDays: settings.knownSessionDays,
  knownMaxDays: settings.knownSessionMaxDays,
})

export interface SessionStoreParts {
  readonly db: Db
  readonly clock: Clock
  readonly times: SessionTimes
}

export class SessionStore extends Store {
  readonly #parts: SessionStoreParts
  /** `last_seen_at` is written at most once in this time: most pages cost no write. */
  readonly #touchMs: number
  readonly #saved = new WeakMap<SessionData, string>()

  constructor(parts: SessionStoreParts) {
    super()
    this.#parts = parts
    this.#touchMs = Math.min(msPerMinute, (parts.times.idleMinutes * msPerMinute) / 10)
  }

  override get(id: string, done: (fault: unknown, session?: SessionData | null) => void): void {
    const { db, clock, times } = this.#parts
    const load = async () => {
      const found = await sessions.loadSession(db, hashToken(id), aliveSince(clock, times))
      if (!found) return null
      const { data, owner, signedInAt, lastSeenAt } = found
      const now = clock.now()
      if (now.getTime() - lastSeenAt.getTime() > this.#touchMs)
        await sessions.touchSession(db, hashToken(id), now)
      return { ...data, owner, signedInAt } as unknown as SessionData
    }
    load().then((session) => done(null, session), done)
  }

  override set(id: string, session: SessionData, done: (fault?: unknown) => void = () => {}): void {
    const { db, clock } = this.#parts
    const { cookie, passport, confirmedAt, isMine, client, owner } = session
    const write = session.write ?? ((row: sessions.NewSession) => sessions.beginSession(db, row))
    const data = { cookie, passport, confirmedAt, isMine }
    // express-session saves a new session a second time at the end of the request, with a cookie
    // that ends some milliseconds later.
    const text = JSON.stringify({ passport, confirmedAt, isMine })
    if (this.#saved.get(session) === text) {
      done()
      return
    }
    const save = async () => {
      if (owner) await sessions.updateSession(db, hashToken(id), data)
      else if (passport)
        await write({
          idDigest: hashToken(id),
          accountId: passport.user,
          epoch: session.epoch ?? 0,
          data,
          device: client?.device ?? '',
          place: client?.place ?? '',
          at: clock.now(),
        })
      this.#saved.set(session, text)
    }
    save().then(() => done(), done)
  }

  override destroy(id: string, done: (fault?: unknown) => void = () => {}): void {
    sessions.deleteSession(this.#parts.db, hashToken(id)).then(() => done(), done)
  }

  /** express-session calls it after every answer, but `get` has done the work. */
  override touch(_id: string, _session: SessionData, done: () => void = () => {}): void {
    done()
  }
}
