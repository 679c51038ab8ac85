// Pauses requests before each database statement and hash. The test chooses who goes on.
import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestListener } from 'node:http'
import type { Db } from '#db/connection.ts'
import type { PasswordHasher } from '#server/accounts/password/hasher.ts'

interface Actor {
  readonly name: string
  /** Starts the next step; undefined while a step runs. */
  goOn: (() => void) | undefined
  /** Name of the next step. */
  next: string
  runningSince: number
  isFinished: boolean
  hasReadPassword: boolean
}

/** Header that names the actor of a request. */
export const actorHeader = 'x-actor'

export interface Turnstile {
  /** The portal behind the turnstile. A request with the header belongs to that actor. */
  listener(app: RequestListener): RequestListener
  /** Runs the work as an actor that is paused before each step. */
  run<T>(name: string, work: () => Promise<T>): Promise<T>
  /** Lets the chosen actors take one step at a time until all have finished. */
  drive(choose: (paused: readonly string[]) => string | Promise<string>): Promise<void>
  /** The step before which the actor is paused: `hash`, `verify`, or such as `select sessions`. */
  pausedBefore(name: string): string | undefined
  /** Whether the actor has read a password's verifier. */
  hasReadPassword(name: string): boolean
  stop(): void
}

/**
 * A longer step is taken to wait for another actor's row lock, so the others go on. If it was only
 * slow they go on too early: that is another schedule than the one that was meant, and no fault.
 */
const usualPatienceMs = 12

type Pause = (step: string) => Promise<Actor | undefined>

function nameOf(sql: string): string {
  const [, verb = ''] = /^\s*(\w+)/.exec(sql) ?? []
  const [, table = ''] = /\b(?:from|into|update)\s+"?(\w+)/i.exec(sql) ?? []
  return `${verb} ${table}`.trim().toLowerCase()
}

/** Pauses every statement, `begin` and `commit` too. @returns undoes it */
function pauseStatements(db: Db, pause: Pause): () => void {
  const client = Object.getPrototypeOf(db.client)
  const query = client._query
  client._query = async function paused(this: unknown, ...given: unknown[]) {
    const { sql = '' } = (given[1] as { sql?: string } | undefined) ?? {}
    const actor = await pause(nameOf(sql))
    if (actor && sql.includes('password_verifier')) actor.hasReadPassword = true
    return await query.apply(this, given)
  }
  return () => {
    client._query = query
  }
}

/** @returns undoes it */
function pauseHashes(hasher: PasswordHasher, pause: Pause): () => void {
  const { hash, verify } = hasher
  Object.assign(hasher, {
    hash: async (...given: Parameters<typeof hash>) => {
      await pause('hash')
      return await hash(...given)
    },
    verify: async (...given: Parameters<typeof verify>) => {
      await pause('verify')
      return await verify(...given)
    },
  })
  return () => {
    Object.assign(hasher, { hash, verify })
  }
}

function takeStep(actor: Actor): void {
  const { goOn } = actor
  actor.goOn = undefined
  actor.runningSince = performance.now()
  goOn?.()
}

async function driveActors(
  actors: readonly Actor[],
  choose: Parameters<Turnstile['drive']>[0],
  patienceMs: number,
): Promise<void> {
  for (;;) {
    const alive = actors.filter(({ isFinished }) => !isFinished)
    if (alive.length === 0) return
    const paused = alive.filter(({ goOn }) => goOn)
    const isLate = ({ runningSince }: Actor) => performance.now() - runningSince >= patienceMs
    const isBusy = alive.some((each) => !each.goOn && !isLate(each))
    if (!isBusy && paused.length > 0) {
      const chosen = await choose(paused.map(({ name }) => name))
      const next = paused.find(({ name }) => name === chosen)
      if (next) takeStep(next)
    }
    // Promises announce the next step sooner than a timer would.
    await new Promise<void>((done) => setImmediate(done))
  }
}

export function createTurnstile(
  db: Db,
  hasher: PasswordHasher,
  patienceMs = usualPatienceMs,
): Turnstile {
  const current = new AsyncLocalStorage<Actor>()
  let actors: Actor[] = []

  const pause: Pause = async (step) => {
    const actor = current.getStore()
    if (!actor || actor.isFinished) return actor
    await new Promise<void>((done) => {
      actor.next = step
      actor.goOn = done
    })
    return actor
  }
  const undo = [pauseStatements(db, pause), pauseHashes(hasher, pause)]

  return {
    listener: (app) => (req, res) => {
      const wanted = req.headers[actorHeader]
      const actor = actors.find(({ name, isFinished }) => name === wanted && !isFinished)
      if (actor) current.run(actor, () => app(req, res))
      else app(req, res)
    },
    async run(name, work) {
      const runningSince = performance.now()
      const state = { isFinished: false, hasReadPassword: false }
      const actor: Actor = { name, goOn: undefined, next: '', runningSince, ...state }
      actors.push(actor)
      try {
        return await current.run(actor, work)
      } finally {
        actor.isFinished = true
      }
    },
    async drive(choose) {
      await driveActors(actors, choose, patienceMs)
      actors = []
    },
    pausedBefore: (name) => actors.find((actor) => actor.name === name && actor.goOn)?.next,
    hasReadPassword: (name) => actors.some((actor) => actor.name === name && actor.hasReadPassword),
    stop() {
      for (const each of undo) each()
    },
  }
}
