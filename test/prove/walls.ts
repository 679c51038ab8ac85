// An owner ends what was before while a stranger has things under way; every request can be held at each of its awaits.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startChild } from '#test/bench/child.ts'
import { startTestPortal } from '#test/support/portal.ts'
import { createTurnstile, type Turnstile } from '#test/support/turnstile.ts'
import type { Visitor } from '#test/support/visitor.ts'
import { ownersActs, type Scene, type Send, setScene, strangersActs, type World } from '#test/support/walls-world.ts'

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

/** What opens the account or will: whoever changes it has had an effect. Not: when something was last seen or tried. */
async function keysTo({ portal, person }: Scene): Promise<Record<string, unknown>> {
  const { accountId } = person
  const rows = await portal.db.raw(
    `select json_build_object(
       'account', (select json_build_array(password_verifier, epoch, probation_until, blocked_at) from accounts where id = :id),
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

/** Whether somebody is signed in: only the owner may be. */
async function isIn(stranger: Scene['strangers'][number]): Promise<boolean> {
  const { status } = await stranger.get('/account')
  return status === 200
}

interface Outcome {
  readonly arrived: boolean
  readonly effects: readonly string[]
}

/**
 * Those who sign in after a block has ended as anybody may who knows the password, which is still the same: they have read nothing before.
 */
const signingInAnew = (owner: string, strangers: readonly string[], turnstile: Turnstile): string[] =>
  owner === 'block and unblock'
    ? strangers.filter((name) => name.includes('sign in') && !turnstile.hasLooked(name))
    : []

/** Plays one schedule. @param choose who goes on */
async function play(
  world: World & { readonly turnstile: Turnstile },
  cast: { readonly owner: string; readonly strangers: readonly string[] },
  choose: Choose,
): Promise<Outcome> {
  const scene = await setScene(world)
  const sends: [string, Send][] = []
  const visitorsOf = new Map<string, Visitor[]>()
  for (const [nth, act] of cast.strangers.entries()) {
    const { length } = scene.strangers
    sends.push([`${nth} ${act}`, (await strangersActs[act]?.(scene)) as Send])
    visitorsOf.set(`${nth} ${act}`, scene.strangers.slice(length))
  }
  const recover = await ownersActs[cast.owner]?.(scene)
  const { turnstile } = world
  let atTheEnd = ''
  const owner = turnstile.run('owner', async () => {
    const arrived = (await recover?.('owner')) ?? false
    if (arrived) atTheEnd = 'now'
    return arrived
  })
  const others = sends.map(([name, send]) => turnstile.run(name, () => send(name)))
  let before: Promise<Record<string, unknown>> | undefined
  const anew = new Set<Visitor>()
  await turnstile.drive((held) => {
    // The owner has arrived, and the others stand still: what the keys are now, they stay.
    if (atTheEnd && !before) {
      before = keysTo(scene)
      for (const visitor of signingInAnew(cast.owner, [...visitorsOf.keys()], turnstile).flatMap(
        (name) => visitorsOf.get(name) ?? [],
      ))
        anew.add(visitor)
    }
    return choose(held)
  })
  const arrived = await owner
  await Promise.all(others)
  const effects: string[] = []
  if (arrived) {
    const told = (keys: Record<string, unknown>) => JSON.stringify(anew.size > 0 ? { ...keys, sessions: null } : keys)
    const [then, now] = [told(await (before ?? keysTo(scene))), told(await keysTo(scene))]
    if (then !== now) effects.push(`keys changed: ${then} → ${now}`)
    for (const stranger of scene.strangers)
      if (!anew.has(stranger) && (await isIn(stranger))) effects.push('the stranger is signed in')
    if (cast.owner !== 'block and unblock') {
      const account = await world.portal.db('accounts').where({ id: scene.person.accountId }).first()
      const { hasher } = world.portal.parts
      if (!(await hasher.verify(account.password_verifier, scene.newPassword))) effects.push('another password')
    }
  }
  return { arrived, effects }
}

type Choose = (held: readonly string[]) => string

/** The stranger takes so many steps, then the owner goes through to the end, then the stranger goes on. */
function afterSteps(steps: number): Choose {
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
const mostSteps = 20

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
      const steps = every ? Array.from({ length: mostSteps }, (_, nth) => nth) : [1 + Math.floor(random() * 9)]
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
export async function proveWallsAtOnce(plan: Omit<WallsPlan, 'every'>, processes: number): Promise<WallsFigures> {
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

export async function proveWalls(plan: WallsPlan): Promise<WallsFigures> {
  const portal = await startTestPortal({
    worker: false,
    env: {
      LIMIT_SMS_WAIT_SECONDS: '0.01',
      LIMIT_RECOVERIES_PER_IP_HOUR: '100000000',
      LIMIT_SMS_TOTAL_DAY: '100000000',
    },
  })
  const turnstile = createTurnstile(portal.db, portal.parts.hasher)
  const server = createServer(turnstile.listener(portal.app))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const world = { portal, url, turnstile }
  let arrived = 0
  let played = 0
  try {
    for (const { choose, ...cast } of schedulesOf(plan)) {
      const outcome = await play(world, cast, choose)
      if (outcome.arrived) arrived += 1
      const what = `schedule ${played} of seed ${plan.seed}: ${cast.owner}, while ${cast.strangers}`
      assert.deepEqual(outcome.effects, [], what)
      played += 1
      if (played % 50 === 0) await portal.db('rate_limits').delete()
    }
  } finally {
    turnstile.stop()
    server.close()
    server.closeAllConnections()
    await portal.stop()
  }
  return { schedules: played, arrived }
}
