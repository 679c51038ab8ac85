// This portal beside an earlier one, on a database each, by turns in one run: what a change has cost.
import { type BenchParts, loginOf, password, people } from './bench-parts.ts'
import { type Figure, median } from './figures.ts'
import type { Load } from './load.ts'
import { type BenchDatabase, type RunningPortal, startDatabase, startPortal } from './portal.ts'
import { cpuMsOf } from './proc.ts'
import { makePeople } from './registrations.ts'

const clients = 8

interface Asked {
  readonly what: string
  readonly load: Omit<Load, 'port' | 'seconds' | 'clients'>
  readonly status: string
}

const asked: readonly Asked[] = [
  { what: 'form page', load: { kind: 'page', path: '/sign-in' }, status: '200' },
  { what: 'sign-in', load: { kind: 'sign-in', login: loginOf('{client}'), password }, status: '303' },
  { what: 'start of a recovery', load: { kind: 'recover', login: loginOf('{client}') }, status: '303' },
]

interface Side {
  readonly portal: RunningPortal
  readonly database: BenchDatabase
}

interface Round {
  readonly perSecond: number
  /** Processor time of portal and database for one, in milliseconds. */
  readonly cpuMs: number
}

async function playRound(
  { load, seconds }: Pick<BenchParts, 'load' | 'seconds'>,
  { portal, database }: Side,
  { what, load: wanted, status }: Asked,
): Promise<Round> {
  const pids = [portal.pid, database.pid]
  const cpu = cpuMsOf(...pids)
  const tally = await load.ask({ ...wanted, port: portal.port, seconds, clients })
  // On a machine with much else to do the line of hashes may be full for a moment.
  const others = Object.keys(tally.answers).filter((each) => each !== status && each !== '503')
  if (others.length > 0) throw new Error(`${what} was answered with ${others.join()}`)
  const count = tally.answers[status] ?? 0
  return { perSecond: count / tally.seconds, cpuMs: (cpuMsOf(...pids) - cpu) / count }
}

/**
 * Ratios are of two rounds that follow each other, and by turns one or the other portal is the first of them.
 * @param folder of the earlier portal, with its packages
 */
export async function measureBeforeAfter(parts: BenchParts, folder: string): Promise<Figure[]> {
  const database = await startDatabase()
  const portal = await startPortal({ DATABASE_URL: database.url }, folder)
  const [before, now]: [Side, Side] = [{ portal, database }, parts]
  const figures: Figure[] = []
  try {
    await makePeople(portal.port, people)
    for (const one of asked) {
      const found: { readonly before: Round; readonly now: Round }[] = []
      for (const side of [before, now]) await playRound({ ...parts, seconds: 5 }, side, one)
      // Each round is short, and what else the machine does changes: many of them tell more than long ones.
      for (let round = 0; round < parts.rounds * 3; round += 1) {
        const pair = { before: { perSecond: 0, cpuMs: 0 }, now: { perSecond: 0, cpuMs: 0 } }
        const order = round % 2 ? (['before', 'now'] as const) : (['now', 'before'] as const)
        for (const which of order) pair[which] = await playRound(parts, which === 'now' ? now : before, one)
        found.push(pair)
      }
      parts.tell(`${one.what}, before and now`)
      const each = (side: 'before' | 'now', of: keyof Round) => median(found.map((pair) => pair[side][of]))
      figures.push({
        what: `${one.what}, now to before`,
        value: median(found.map((pair) => pair.now.perSecond / pair.before.perSecond)),
        unit: '',
        target: { atLeast: 0.97 },
        beside: `${each('now', 'perSecond').toFixed(0)} to ${each('before', 'perSecond').toFixed(0)} a second, ${each('now', 'cpuMs').toFixed(2)} to ${each('before', 'cpuMs').toFixed(2)} ms of processor`,
      })
    }
  } finally {
    await portal.stop()
    await database.stop()
  }
  return figures
}
