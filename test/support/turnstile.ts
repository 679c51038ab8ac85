// Holds requests at each of their awaits on the database and on the hasher, so that a test chooses who goes on.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Db } from '#db/connection.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'

interface Actor {
  readonly name: string
  /** Lets the actor take its next step; undefined while it runs. */
  goOn: (() => void) | undefined
  /** What it is held before. */
  next: string
  runningSince: number
  finished: boolean
  /** It has read the verifier of a password. */
  looked: boolean
}

/** Names the actor on whose behalf a request comes. */
export const actorHeader = 'x-actor'

export interface Turnstile {
  /** The portal behind the turnstile: a request with the header is a part of what its actor does. */
  listener(app: RequestListener): RequestListener
  /** Runs the work as an actor that is held before each step. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>
  /**
   * Lets actors go on, one step of one actor at a time, until all have finished. While `choose` looks around nobody is let go on.
   */
  drive(choose: (held: readonly string[]) => string | Promise<string>): Promise<void>
  /** What the actor is held before: `hash`, `verify`, or a statement such as `select sessions`. */
  heldBefore(name: string): string | undefined
  /** Whether the actor has read the verifier of a password. */
  hasLooked(name: string): boolean
  stop(): void
}

/**
 * A step that takes longer waits, so it is taken, for a lock that another actor holds: the others go on meanwhile. Where it only was slow
 * they go on too early, which is one more schedule, and not the one that was meant.
 */
const usualPatienceMs = 12

/** What a statement is known by: `select sessions`. */
function nameOf(sql: string): string {
  const [, verb = ''] = /^\s*(\w+)/.exec(sql) ?? []
  const [, table = ''] = /\b(?:from|into|update)\s+"?(\w+)/i.exec(sql) ?? []
  return `${verb} ${table}`.trim().toLowerCase()
}

/** Node's promises tell of the next step sooner than a timer would. */
const nextTurn = () => new Promise<void>((done) => setImmediate(done))

export function createTurnstile(
  db: Db,
  hasher: PasswordHasher,
  patienceMs = usualPatienceMs,
): Turnstile {
  const current = new AsyncLocalStorage<Actor>()
  let actors: Actor[] = []

  async function pass(next: string): Promise<void> {
    const actor = current.getStore()
    if (!actor || actor.finished) return
    await new Promise<void>((done) => {
      actor.next = next
      actor.goOn = done
    })
  }

  // Every statement goes through here, `begin` and `commit` too.
  const client = Object.getPrototypeOf(db.client)
  const query = client._query
  client._query = async function held(this: unknown, ...given: unknown[]) {
    const { sql = '' } = (given[1] as { sql?: string } | undefined) ?? {}
    await pass(nameOf(sql))
    const actor = current.getStore()
    if (actor && sql.includes('password_verifier')) actor.looked = true
    return await query.apply(this, given)
  }
  const { hash, verify } = hasher
  Object.assign(hasher, {
    hash: async (...given: Parameters<typeof hash>) => {
      await pass('hash')
      return await hash(...given)
    },
    verify: async (...given: Parameters<typeof verify>) => {
      await pass('verify')
      return await verify(...given)
    },
  })

  return {
    listener: (app) => (req: IncomingMessage, res: ServerResponse) => {
      const actor = actors.find(
        ({ name, finished }) => name === req.headers[actorHeader] && !finished,
      )
      if (actor) current.run(actor, () => app(req, res))
      else app(req, res)
    },

    async run(name, work) {
      const now = performance.now()
      const actor: Actor = {
        name,
        goOn: undefined,
        next: '',
        runningSince: now,
        finished: false,
        looked: false,
      }
      actors.push(actor)
      try {
        return await current.run(actor, work)
      } finally {
        actor.finished = true
      }
    },

    async drive(choose) {
      for (;;) {
        const alive = actors.filter(({ finished }) => !finished)
        if (alive.length === 0) break
        const held = alive.filter(({ goOn }) => goOn)
        const now = performance.now()
        const busy = alive.some((each) => !each.goOn && now - each.runningSince < patienceMs)
        const chosen =
          busy || held.length === 0 ? undefined : await choose(held.map((each) => each.name))
        const next = held.find(({ name }) => name === chosen)
        if (next?.goOn) {
          const { goOn } = next
          next.goOn = undefined
          next.runningSince = performance.now()
          goOn()
        }
        await nextTurn()
      }
      actors = []
    },

    heldBefore: (name) => actors.find((actor) => actor.name === name && actor.goOn)?.next,

    hasLooked: (name) => actors.some((actor) => actor.name === name && actor.looked),

    stop() {
      client._query = query
      Object.assign(hasher, { hash, verify })
    },
  }
}
