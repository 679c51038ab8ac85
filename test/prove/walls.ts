// An owner ends what was before while a stranger has things under way; every request can be held at each of its awaits.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startChild } from '#test/bench/child.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { forgetLimits } from '#test/support/recovery.ts'
import { createTurnstile, type Turnstile } from '#test/support/turnstile.ts'
import type { Visitor } from '#test/support/visitor.ts'
import {
  keptThings,
  ownersActs,
  type Scene,
  type Send,
  setScene,
  strangersActs,
  strangersPassword,
  type World,
} from '#test/support/walls-world.ts'

export interface WallsPlan {
  readonly schedules: number
  readonly seed: number
  /** True: each pair of acts is tried with the stranger held at each await. False: at one of them. */
  readonly every: boolean
}

/** mulberry32: the same schedules for the same seed. */
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

/** What opens the account or will: whoever changes it has had an effect. Not: when something was last seen or tried. */
export async function keysTo(
  { portal }: Pick<World, 'portal'>,
  { accountId }: { readonly accountId: string },
): Promise<Keys> {
  const rows = await portal.db.raw(
    `select json_build_object(
       'password', (select password_verifier from accounts where id = :id),
       'account', (select json_build_array(epoch, probation_until, blocked_at) from accounts where id = :id),
       'claims', (select json_agg(encode(digest, 'hex') order by digest) from claims where account_id = :id),
       'question', (select json_build_array(question, answer_verifier) from security_questions where account_id = :id),
       'sessions', (select json_agg(encode(id_digest, 'hex') order by id_digest) from sessions s join accounts a on a.id = s.account_id
         where a.id = :id and a.epoch = s.epoch),
       'codes', (select json_agg(kind order by kind) from contact_confirmations c join accounts a on a.id = c.account_id
         where a.id = :id and a.epoch = c.epoch and spent_at is null),
       'flows', (select json_agg(f.id order by f.id) from recovery_flows f join accounts a on a.id = f.account_id
         where a.id = :id and a.epoch = f.epoch and state = 'proven' and ended_at is null),
       'waiting', (select json_agg(made_at) from recovery_holds where account_id = :id),
       'app passwords', (select json_agg(id order by id) from app_passwords where account_id = :id and held_at is null and revoked_at is null),
       'mailbox', (select json_build_array(revision, password_sealed) from mailboxes where account_id = :id)) as keys`,
    { id: accountId },
  )
  return rows.rows[0].keys
}

/** Only the owner may be signed in. Whoever is it with a password that counts as just typed takes the mailbox back. */
async function stayOf(stranger: Visitor): Promise<Effect[]> {
  const opens = async (page: string) => (await stranger.get(page)).status === 200
  if (!(await opens('/account'))) return []
  const isFresh = await opens('/account/password')
  return [{ what: 'the stranger is signed in' }, ...(isFresh ? [{ what: 'freshly' }] : [])]
}

export interface Effect {
  /** The key that changed, or what else is as it must not be. */
  readonly what: string
  readonly seen?: string
}

/** Which of the keys are others by now. */
export function changesOf(before: Keys, after: Keys): Effect[] {
  const seen = (keys: Keys, what: string) => JSON.stringify(keys[what] ?? null)
  const all = Object.keys({ ...before, ...after })
  const changed = all.filter((what) => seen(before, what) !== seen(after, what))
  return changed.map((what) => ({ what, seen: `${seen(before, what)} → ${seen(after, what)}` }))
}

export interface Outcome {
  readonly arrived: boolean
  readonly effects: readonly Effect[]
  /** What each stranger was held before when the owner had arrived; undefined where one was not held then. */
  readonly heldBefore: readonly (string | undefined)[]
}

/**
 * Those who sign in after a block has ended as anybody may who knows the password, which is still the same: they have read nothing before.
 */
const signingInAnew = (
  owner: string,
  strangers: readonly string[],
  turnstile: Turnstile,
): string[] =>
  owner === 'block and unblock'
    ? strangers.filter((name) => name.includes('sign in') && !turnstile.hasLooked(name))
    : []

/** What the strangers have under way, with the browsers in which they may be signed in. */
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

/** Whether this is the account's password. */
export async function isPassword(
  { portal }: Pick<World, 'portal'>,
  { accountId }: { readonly accountId: string },
  password: string,
): Promise<boolean> {
  const account = await portal.db('accounts').where({ id: accountId }).first()
  return await portal.parts.hasher.verify(account.password_verifier, password)
}

/** Whose password it is that came too late. */
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

/** Plays one schedule. @param choose who goes on */
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
  let heldBefore: Outcome['heldBefore'] = []
  const anew = new Set<Visitor>()
  await turnstile.drive(async (held) => {
    // The owner has arrived, and the others stand still: what the keys are now, they stay.
    if (isAtTheEnd && !before) {
      const names = strangers.map(({ name }) => name)
      heldBefore = names.map((name) => turnstile.heldBefore(name))
      const late = signingInAnew(cast.owner, names, turnstile)
      for (const { visitors } of strangers.filter(({ name }) => late.includes(name)))
        for (const visitor of visitors) anew.add(visitor)
      before = await keysTo(world, scene.person)
    }
    return choose(held)
  })
  const arrived = await owner
  await Promise.all(others)
  const effects: Effect[] = []
  if (arrived) {
    const now = await keysTo(world, scene.person)
    const changes = changesOf(before ?? now, now)
    effects.push(...changes.filter(({ what }) => what !== 'sessions' || anew.size === 0))
    for (const stranger of scene.strangers)
      if (!anew.has(stranger)) effects.push(...(await stayOf(stranger)))
    // Where it was the stranger's before a block, it still is.
    if (cast.owner !== 'block and unblock' || changes.some(({ what }) => what === 'password'))
      effects.push(...(await judgePassword(world, scene, cast.owner)))
  }
  return { arrived, effects, heldBefore }
}

export type Choose = (held: readonly string[]) => string

/** The stranger takes so many steps, then the owner goes through to the end, then the stranger goes on. */
export function afterSteps(steps: number): Choose {
  let taken = 0
  return (held) => {
    const stranger = held.find((name) => name !== 'owner')
    if (stranger && (taken < steps || !held.includes('owner'))) {
      taken += 1
      return stranger
    }
    return 'owner'
  }
}

/** No request has more awaits than this, so a stranger that is held after each of them was held everywhere. */
export const mostSteps = 20

interface Schedule {
  readonly owner: string
  readonly strangers: readonly string[]
  readonly choose: Choose
}

/** Every pair of acts, held at every await where `every` asks for it; then what chance brings. */
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
  /** Recoveries that arrived: only they can be undone. */
  readonly arrived: number
}

/** The same in several processes, each with a seed of its own; the first of them tries every pair at every await. */
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

/** A portal behind a turnstile, in which people may try as often as they like. */
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
