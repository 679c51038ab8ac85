// The proof `walls`: an owner recovers while a stranger's requests are under way. Each request is
// paused at each of its awaits, and none may have an effect after the recovery.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startChild } from '#test/bench/child.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { forgetLimits } from '#test/support/recovery/recovery.ts'
import { createTurnstile, type Turnstile } from '#test/support/recovery/turnstile.ts'
import {
  keptThings,
  ownersActs,
  type Scene,
  type Send,
  setScene,
  strangersActs,
  strangersPassword,
  type World,
} from '#test/support/recovery/walls-world.ts'
import type { Visitor } from '#test/support/visitor.ts'

export interface WallsPlan {
  readonly schedules: number
  readonly seed: number
  /** True: each pair of acts is tried with the stranger paused at each await, else at one. */
  readonly every: boolean
}

/** mulberry32, so that one seed always makes the same schedules. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export type Keys = Readonly<Record<string, unknown>>

/** Everything that opens the account or will. Counters and times of use are left out. */
export async function keysTo(
  { portal }: Pick<World, 'portal'>,
  { accountId }: { readonly accountId: string },
): Promise<Keys> {
  const rows = await portal.db.raw(
    `with a as (select * from accounts where id = :id)
     select json_build_object(
       'password', (select password_verifier from a),
       'account', (select json_build_array(epoch, probation_until, blocked_at) from a),
       'claims', (
         select json_agg(encode(digest, 'hex') order by digest) from claims
         where account_id = :id),
       'question', (
         select json_build_array(question, answer_verifier) from security_questions
         where account_id = :id),
       'sessions', (
         select json_agg(encode(id_digest, 'hex') order by id_digest)
         from sessions s join a on a.id = s.account_id and a.epoch = s.epoch),
       'codes', (
         select json_agg(kind order by kind)
         from contact_confirmations c join a on a.id = c.account_id and a.epoch = c.epoch
         where spent_at is null),
       'flows', (
         select json_agg(f.id order by f.id)
         from recovery_flows f join a on a.id = f.account_id and a.epoch = f.epoch
         where state = 'proven' and ended_at is null),
       'waiting', (select json_agg(made_at) from recovery_holds where account_id = :id),
       'app passwords', (
         select json_agg(id order by id) from app_passwords
         where account_id = :id and held_at is null and revoked_at is null),
       'mailbox', (
         select json_build_array(revision, password_sealed) from mailboxes
         where account_id = :id)) as keys`,
    { id: accountId },
  )
  return rows.rows[0].keys
}

/** Reports a stranger who is still signed in, and one whose password counts as just typed. */
async function stayOf(stranger: Visitor): Promise<Effect[]> {
  const opens = async (page: string) => (await stranger.get(page)).status === 200
  if (!(await opens('/account'))) return []
  const isFresh = await opens('/account/password')
  return [{ what: 'the stranger is signed in' }, ...(isFresh ? [{ what: 'freshly' }] : [])]
}

export interface Effect {
  readonly what: string
  readonly seen?: string
}

export function changesOf(before: Keys, after: Keys): Effect[] {
  const seen = (keys: Keys, what: string) => JSON.stringify(keys[what] ?? null)
  const all = Object.keys({ ...before, ...after })
  const changed = all.filter((what) => seen(before, what) !== seen(after, what))
  return changed.map((what) => ({ what, seen: `${seen(before, what)} → ${seen(after, what)}` }))
}

export interface Outcome {
  readonly arrived: boolean
  readonly effects: readonly Effect[]
  /** The step before which each stranger was paused when the owner had arrived, if any. */
  readonly pausedBefore: readonly (string | undefined)[]
}

/** Strangers who had read nothing when a block ended. They may sign in with the same password. */
const signingInAgain = (
  owner: string,
  strangers: readonly string[],
  turnstile: Turnstile,
): string[] =>
  owner === 'block and unblock'
    ? strangers.filter((name) => name.includes('sign in') && !turnstile.hasReadPassword(name))
    : []

/** Prepares the strangers' requests, each with the browsers that it uses. */
async function prepareStrangers(scene: Scene, acts: readonly string[]) {
  const prepared: {
    readonly name: string
    readonly send: Send
    readonly visitors: readonly Visitor[]
  }[] = []
  for (const [nth, act] of acts.entries()) {
    const { length } = scene.strangers
    const prepare = strangersActs[act] ?? keptThings[act] ?? assert.fail(`no such act: ${act}`)
    const send = await prepare(scene)
    prepared.push({ name: `${nth} ${act}`, send, visitors: scene.strangers.slice(length) })
  }
  return prepared
}

export async function isPassword(
  { portal }: Pick<World, 'portal'>,
  { accountId }: { readonly accountId: string },
  password: string,
): Promise<boolean> {
  const account = await portal.db('accounts').where({ id: accountId }).first()
  return await portal.parts.hasher.verify(account.password_verifier, password)
}

/** Reports a password that is not the owner's. */
async function judgePassword(
  world: World,
  { person, newPassword }: Scene,
  owner: string,
): Promise<Effect[]> {
  if (await isPassword(world, person, strangersPassword))
    return [{ what: 'password of the stranger' }]
  // A block leaves the password as it was.
  const isOwners = owner === 'block and unblock' || (await isPassword(world, person, newPassword))
  return isOwners ? [] : [{ what: 'another password' }]
}

export type WallsWorld = World & { readonly turnstile: Turnstile }

/** Plays one schedule. */
export async function play(
  world: WallsWorld,
  cast: { readonly owner: string; readonly strangers: readonly string[] },
  choose: Choose,
): Promise<Outcome> {
  const scene = await setScene(world)
  const strangers = await prepareStrangers(scene, cast.strangers)
  const recover = await ownersActs[cast.owner]?.(scene)
  const { turnstile } = world
  let isAtTheEnd = false
  const owner = turnstile.run('owner', async () => {
    isAtTheEnd = (await recover?.('owner')) ?? false
    return isAtTheEnd
  })
  const others = strangers.map(({ name, send }) => turnstile.run(name, () => send(name)))
  let before: Keys | undefined
  let pausedBefore: Outcome['pausedBefore'] = []
  const again = new Set<Visitor>()
  await turnstile.drive(async (paused) => {
    // The owner has arrived and the others are paused: from now on no key may change.
    if (isAtTheEnd && !before) {
      const names = strangers.map(({ name }) => name)
      pausedBefore = names.map((name) => turnstile.pausedBefore(name))
      const late = signingInAgain(cast.owner, names, turnstile)
      for (const { visitors } of strangers.filter(({ name }) => late.includes(name)))
        for (const visitor of visitors) again.add(visitor)
      before = await keysTo(world, scene.person)
    }
    return choose(paused)
  })
  const arrived = await owner
  await Promise.all(others)
  const effects: Effect[] = []
  if (arrived) {
    const now = await keysTo(world, scene.person)
    const changes = changesOf(before ?? now, now)
    effects.push(...changes.filter(({ what }) => what !== 'sessions' || again.size === 0))
    for (const stranger of scene.strangers)
      if (!again.has(stranger)) effects.push(...(await stayOf(stranger)))
    // A password that the stranger set before a block stays.
    if (cast.owner !== 'block and unblock' || changes.some(({ what }) => what === 'password'))
      effects.push(...(await judgePassword(world, scene, cast.owner)))
  }
  return { arrived, effects, pausedBefore }
}

export type Choose = (paused: readonly string[]) => string

/** The stranger takes some steps, the owner takes all, and the stranger goes on. */
export function afterSteps(steps: number): Choose {
  let taken = 0
  return (paused) => {
    const stranger = paused.find((name) => name !== 'owner')
    if (stranger && (taken < steps || !paused.includes('owner'))) {
      taken += 1
      return stranger
    }
    return 'owner'
  }
}

/** No request has more awaits than this. */
export const mostSteps = 20

interface Schedule {
  readonly owner: string
  readonly strangers: readonly string[]
  readonly choose: Choose
}

/** Every pair of acts first, then random schedules. */
function* schedulesOf({ schedules, seed, every }: WallsPlan): Generator<Schedule> {
  const random = randomOf(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const [owners, strangers] = [Object.keys(ownersActs), Object.keys(strangersActs)]
  let left = schedules
  for (const act of strangers)
    for (const owner of owners) {
      const steps = every
        ? Array.from({ length: mostSteps }, (_, nth) => nth)
        : [1 + Math.floor(random() * 9)]
      for (const count of steps) {
        if (left === 0) return
        left -= 1
        yield { owner, strangers: [act], choose: afterSteps(count) }
      }
    }
  for (; left > 0; left -= 1) {
    const some = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(strangers))
    yield { owner: pick(owners), strangers: some, choose: pick }
  }
}

export interface WallsFigures {
  readonly schedules: number
  /** Recoveries that succeeded. */
  readonly arrived: number
}

/** Proves in several processes. The first one tries every pair of acts at every await. */
export async function proveWallsAtOnce(
  plan: Omit<WallsPlan, 'every'>,
  processes: number,
): Promise<WallsFigures> {
  const parts = Array.from({ length: processes }, async (_, nth): Promise<WallsFigures> => {
    const child = startChild<WallsPlan, WallsFigures>('../prove/walls-part.ts')
    const schedules = Math.ceil(plan.schedules / processes)
    try {
      return await child.ask({ schedules, seed: plan.seed + nth, every: nth === 0 })
    } finally {
      await child.stop()
    }
  })
  const found = await Promise.all(parts)
  const sum = (of: keyof WallsFigures) => found.reduce((all, each) => all + each[of], 0)
  return { schedules: sum('schedules'), arrived: sum('arrived') }
}

/** A portal behind a turnstile, almost without limits. */
export async function withWorld<T>(
  work: (world: WallsWorld) => Promise<T>,
  patienceMs?: number,
): Promise<T> {
  const portal = await startTestPortal({
    worker: false,
    env: {
      LIMIT_SMS_WAIT_SECONDS: '0.01',
      LIMIT_RECOVERIES_PER_IP_HOUR: '100000000',
      LIMIT_SMS_TOTAL_DAY: '100000000',
    },
  })
  const turnstile = createTurnstile(portal.db, portal.parts.hasher, patienceMs)
  const server = createServer(turnstile.listener(portal.app))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  try {
    return await work({ portal, url, turnstile })
  } finally {
    turnstile.stop()
    server.close()
    server.closeAllConnections()
    await portal.stop()
  }
}

export const proveWalls = (plan: WallsPlan): Promise<WallsFigures> =>
  withWorld(async (world) => {
    let arrived = 0
    let played = 0
    for (const { choose, ...cast } of schedulesOf(plan)) {
      const outcome = await play(world, cast, choose)
      if (outcome.arrived) arrived += 1
      const what = `schedule ${played} of seed ${plan.seed}: ${cast.owner}, while ${cast.strangers}`
      assert.deepEqual(outcome.effects, [], what)
      played += 1
      if (played % 50 === 0) await forgetLimits(world.portal)
    }
    return { schedules: played, arrived }
  })
