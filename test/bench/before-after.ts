// Compares this portal with an earlier one, request by request in one run.
import { type BenchParts, loginOf, password, people } from './bench-parts.ts'
import { startChild } from './child.ts'
import { type Figure, median } from './figures.ts'
import { type BenchDatabase, type RunningPortal, startDatabase, startPortal } from './portal.ts'
import { cpuMsOf } from './proc.ts'
import { makePeople } from './registrations.ts'
import type { Load } from './tries.ts'
import type { Turns, TurnsTally } from './turns.ts'

interface Asked {
  readonly what: string
  readonly load: Omit<Load, 'port' | 'seconds' | 'clients'>
  readonly status: string
}

const asked: readonly Asked[] = [
  { what: 'form page', load: { kind: 'page', path: '/sign-in' }, status: '200' },
  {
    what: 'sign-in',
    load: { kind: 'sign-in', login: loginOf('{client}'), password },
    status: '303',
  },
  {
    what: 'start of a recovery',
    load: { kind: 'recover', login: loginOf('{client}') },
    status: '303',
  },
]

interface Side {
  readonly database: BenchDatabase
  /** Undefined for this portal. */
  readonly folder: string | undefined
}

interface Round {
  readonly meanMs: number
  /** CPU time of portal and database for one request, in milliseconds. */
  readonly cpuMs: number
}

interface Pair {
  readonly before: Round
  readonly now: Round
}

/** Enough requests at once to keep both portals busy. */
const clients = 2

/**
 * Starts new processes in each round: two processes of the same code differ by some percent.
 * @param folder of the earlier portal, with its packages
 */
export async function measureBeforeAfter(parts: BenchParts, folder: string): Promise<Figure[]> {
  const { database, portal, rounds, seconds, tell } = parts
  const turns = startChild<Turns, TurnsTally>('./turns.ts')
  const sides: readonly [Side, Side] = [
    { database: await startDatabase(), folder },
    { database, folder: undefined },
  ]
  const found = new Map<string, Pair[]>(asked.map(({ what }) => [what, []]))
  try {
    await portal.stop()
    for (let round = 0; round < rounds * 2; round += 1) {
      const running = new Map<Side, RunningPortal>()
      try {
        for (const side of round % 2 ? sides.toReversed() : sides)
          running.set(side, await startPortal({ DATABASE_URL: side.database.url }, side.folder))
        const [before, now] = sides.map((side) => ({
          ...side,
          portal: running.get(side) as RunningPortal,
        }))
        if (!before || !now) throw new Error('both portals are started')
        if (round === 0) for (const { port } of running.values()) await makePeople(port, people)
        for (const one of asked)
          found.get(one.what)?.push(await playRound(turns, [before, now], one, seconds * 2))
      } finally {
        for (const each of running.values()) await each.stop()
      }
      tell(`before and now, ${round + 1} of ${rounds * 2}`)
    }
  } finally {
    await turns.stop()
    await sides[0].database.stop()
  }
  return asked.map(({ what }) => figureOf(what, found.get(what) ?? []))
}

async function playRound(
  turns: ReturnType<typeof startChild<Turns, TurnsTally>>,
  sides: readonly [Running, Running],
  { load, status }: Asked,
  seconds: number,
): Promise<Pair> {
  const ports = [sides[0].portal.port, sides[1].portal.port] as const
  // Warms up until the code is compiled.
  await turns.ask({ load: { ...load, clients, seconds: 2 }, ports, status })
  const cpuMs = () => sides.map(({ portal, database: { pid } }) => cpuMsOf(portal.pid, pid))
  const begun = cpuMs()
  const tally = await turns.ask({ load: { ...load, clients, seconds }, ports, status })
  const used = cpuMs()
  const [before, now] = tally.map(({ count, meanMs }, side) => ({
    meanMs,
    cpuMs: ((used[side] ?? 0) - (begun[side] ?? 0)) / count,
  }))
  if (!before || !now) throw new Error('both portals are asked')
  return { before, now }
}

interface Running extends Side {
  readonly portal: RunningPortal
}

function figureOf(what: string, pairs: readonly Pair[]): Figure {
  const each = (side: keyof Pair, of: keyof Round) =>
    median(pairs.map((pair) => pair[side][of])).toFixed(3)
  const ratio = (of: keyof Round) => median(pairs.map(({ before, now }) => before[of] / now[of]))
  const times = `${each('now', 'meanMs')} to ${each('before', 'meanMs')} ms`
  const cpu =
    `${each('now', 'cpuMs')} to ${each('before', 'cpuMs')} ms of processor ` +
    `(${ratio('cpuMs').toFixed(3)})`
  return {
    what: `speed of a ${what}, now to before`,
    value: ratio('meanMs'),
    unit: '',
    target: { atLeast: 0.97 },
    beside: `${times}, ${cpu}`,
  }
}
