// Restarts and kills PostgreSQL during registrations. The portal must live, and no acknowledged
// registration may be lost.
import assert from 'node:assert/strict'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectDatabase, type Db } from '#db/connection.ts'
import { ensureDatabase, startEmbeddedPostgres } from '#db/embedded.ts'
import { eventually } from '#test/support/portal.ts'
import { freePort } from '#test/support/ports.ts'
import { type PortalProcess, startPortalProcess } from '#test/support/process.ts'
import { createVisitor } from '#test/support/visitor.ts'
import { invariants } from './kill-loop.ts'

/** `pg_ctl restart -m fast`, `-m immediate` and `kill -9`. */
const ways = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const

export interface DatabaseRestartFigures {
  readonly rounds: Readonly<Record<string, number>>
  readonly acknowledged: number
  readonly accounts: number
  /** Registrations answered with 503 during the outage. */
  readonly turnedAway: number
  /** Milliseconds from a ready server to `/readyz`, and to the next acknowledgement. */
  readonly secondsToReady: { readonly middle: number; readonly longest: number }
  readonly secondsToAcknowledge: { readonly middle: number; readonly longest: number }
  readonly secondsToConverge: number
}

interface Tally {
  readonly acknowledged: { readonly login: string; readonly password: string }[]
  turnedAway: number
  /** Registrations that got neither an acknowledgement nor a 503. */
  readonly faults: string[]
}

async function registerSteadily(
  url: string,
  prefix: string,
  tally: Tally,
  stopped: () => boolean,
): Promise<void> {
  for (let n = 0; !stopped(); n += 1) {
    const person = { login: `${prefix}.n${n}x`, password: `a sentence for ${n} and one` }
    try {
      const { status, headers } = await createVisitor(url).post('/register', person)
      if (status === 303) tally.acknowledged.push(person)
      else if (status === 503 && Number(headers.get('retry-after')) > 0) tally.turnedAway += 1
      else tally.faults.push(`${person.login}: ${status}`)
      if (status !== 303) await pause(50)
    } catch (fault) {
      tally.faults.push(`${person.login}: ${fault}`)
      await pause(200)
    }
  }
}

const spread = (all: readonly number[]) => {
  const ordered = all.toSorted((a, b) => a - b).map((each) => Math.round(each * 100) / 100)
  return { middle: ordered[Math.floor(ordered.length / 2)] ?? 0, longest: ordered.at(-1) ?? 0 }
}
const secondsSince = (begun: number) => (performance.now() - begun) / 1000

/** @param rounds outages, in turn of the three kinds */
export async function proveDatabaseRestarts(rounds: number): Promise<DatabaseRestartFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'postern-restarts-'))
  await chmod(folder, 0o711)
  const port = await freePort()
  const start = () =>
    startEmbeddedPostgres(folder, ['-c', 'fsync=off', '-c', 'max_connections=200'], port)
  let server = await start()
  const databaseUrl = await ensureDatabase(server, 'portal')
  const portal = await startPortalProcess({
    DATABASE_URL: databaseUrl,
    DATA_DIR: folder,
    ARGON2_MEMORY_KIB: '64',
    ARGON2_PASSES: '1',
    LIMIT_REGISTRATIONS_PER_IP_HOUR: '1000000',
    LOG_LEVEL: 'error',
  })
  const tally: Tally = { acknowledged: [], turnedAway: 0, faults: [] }
  let over = false
  const clients = ['anna', 'boris', 'clara', 'denis'].map((prefix) =>
    registerSteadily(portal.url, prefix, tally, () => over),
  )
  const [ready, acknowledged]: [number[], number[]] = [[], []]
  const takenDown: Record<string, number> = {}
  try {
    for (let round = 0; round < rounds; round += 1) {
      await untilAnother(tally, portal)
      await pause(Math.random() * 400)
      const way = ways[round % ways.length] ?? 'SIGINT'
      takenDown[way] = (takenDown[way] ?? 0) + 1
      await takeDown(folder, way)
      await pause(Math.random() * 1500)
      server = await start()
      const begun = performance.now()
      await eventually(async () => {
        assertAlive(portal)
        return (await fetch(`${portal.url}/readyz`).catch(() => undefined))?.ok
      })
      ready.push(secondsSince(begun))
      await untilAnother(tally, portal)
      acknowledged.push(secondsSince(begun))
    }
    over = true
    await Promise.all(clients)
    assert.deepEqual(tally.faults, [], portal.output())
    const { accounts, secondsToConverge } = await judge(databaseUrl, portal, tally)
    return {
      rounds: takenDown,
      acknowledged: tally.acknowledged.length,
      accounts,
      turnedAway: tally.turnedAway,
      secondsToReady: spread(ready),
      secondsToAcknowledge: spread(acknowledged),
      secondsToConverge,
    }
  } finally {
    over = true
    await portal.end()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Waits for one more acknowledgement. */
async function untilAnother({ acknowledged }: Tally, portal: PortalProcess): Promise<void> {
  const before = acknowledged.length
  await eventually(async () => {
    assertAlive(portal)
    return acknowledged.length > before
  })
}

function assertAlive({ child, output }: PortalProcess): void {
  assert.ok(
    child.exitCode === null && child.signalCode === null,
    `the portal ended with ${child.exitCode}:\n${output()}`,
  )
}

async function takeDown(folder: string, signal: NodeJS.Signals): Promise<void> {
  // The first line holds the process id.
  const pid = Number(
    (await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0],
  )
  process.kill(pid, signal)
  await eventually(async () => {
    try {
      return !process.kill(pid, 0)
    } catch {
      return true
    }
  })
}

async function judge(databaseUrl: string, portal: PortalProcess, tally: Tally) {
  const db = connectDatabase(databaseUrl, 4)
  const begun = performance.now()
  try {
    await eventually(async () => await isAtRest(db), 60)
    const secondsToConverge = Math.round(secondsSince(begun) * 10) / 10
    for (const [fault, sql] of Object.entries(invariants)) {
      const { rows } = await db.raw(sql)
      assert.equal(rows[0].n, 0, fault)
    }
    const addresses = tally.acknowledged.map(({ login }) => `${login}@postern.example`)
    const found = await db('accounts').whereIn('address', addresses).select('address')
    assert.equal(found.length, addresses.length, 'an acknowledged registration was lost')
    for (const person of tally.acknowledged.slice(-5))
      assert.equal(
        (await createVisitor(portal.url).post('/sign-in', { ...person })).location,
        '/account',
      )
    return {
      accounts: Number((await db('accounts').count({ n: '*' }).first())?.n),
      secondsToConverge,
    }
  } finally {
    await db.destroy()
  }
}

/** Every mailbox has its wanted state, and no job is stuck. */
async function isAtRest(db: Db): Promise<boolean> {
  const { rows } = await db.raw(
    `select (select count(*) from mailboxes where applied_revision < revision)::int as pending,
       (select count(*) from graphile_worker.jobs where task_identifier like 'mailbox:%'
          and (locked_at < now() - interval '5 seconds' or attempts >= max_attempts)
        )::int as stuck`,
  )
  return rows[0].pending === 0 && rows[0].stuck === 0
}
