// Holds requests at each of their awaits on the database and on the hasher, so that a test chooses who goes on.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Db } from '#db/connection.ts'
import type { PasswordHasher } from '#server/password/hasher.ts'

interface Actor {
  readonly name: string
  /** Lets the actor take its next step; undefined while it runs. */
  goOn: (() => void) | undefined
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
  /** Lets actors go on, one step of one actor at a time, until all have finished. */
  drive(choose: (held: readonly string[]) => string): Promise<void>
  /** Whether the actor has read the verifier of a password. */
  hasLooked(name: string): boolean
  stop(): void
}

/** A step that takes longer waits for a lock that another actor holds: the others go on meanwhile. */
const blockedAfterMs = 12

/** Node's promises tell of the next step sooner than a timer would. */
const nextTurn = () => new Promise<void>((done) => setImmediate(done))

export function createTurnstile(db: Db, hasher: PasswordHasher): Turnstile {
  const current = new AsyncLocalStorage<Actor>()
  let actors: Actor[] = []

  async function pass(): Promise<void> {
    const actor = current.getStore()
    if (!actor || actor.finished) return
    await new Promise<void>((done) => {
      actor.goOn = done
    })
  }

  // Every statement goes through here, `begin` and `commit` too.
  const client = Object.getPrototypeOf(db.client)
  const query = client._query
  client._query = async function held(this: unknown, ...given: unknown[]) {
    await pass()
    const actor = current.getStore()
    if (actor && (given[1] as { sql?: string } | undefined)?.sql?.includes('password_verifier')) actor.looked = true
    return await query.apply(this, given)
  }
  const { hash, verify } = hasher
  Object.assign(hasher, {
    hash: async (...given: Parameters<typeof hash>) => {
      await pass()
      return await hash(...given)
    },
    verify: async (...given: Parameters<typeof verify>) => {
      await pass()
      return await verify(...given)
    },
  })

  return {
    listener: (app) => (req: IncomingMessage, res: ServerResponse) => {
      const actor = actors.find(({ name, finished }) => name === req.headers[actorHeader] && !finished)
      if (actor) current.run(actor, () => app(req, res))
      else app(req, res)
    },

    async run(name, work) {
      const actor: Actor = { name, goOn: undefined, runningSince: performance.now(), finished: false, looked: false }
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
        const busy = alive.some((each) => !each.goOn && now - each.runningSince < blockedAfterMs)
        const chosen = busy || held.length === 0 ? undefined : choose(held.map((each) => each.name))
        const next = held.find(({ name }) => name === chosen)
        if (next?.goOn) {
          const { goOn } = next
          next.goOn = undefined
          next.runningSince = now
          goOn()
        }
        await nextTurn()
      }
      actors = []
    },

    hasLooked: (name) => actors.some((actor) => actor.name === name && actor.looked),

    stop() {
      client._query = query
      Object.assign(hasher, { hash, verify })
    },
  }
}
