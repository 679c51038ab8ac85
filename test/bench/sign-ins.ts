// Right and wrong sign-ins, compared with the bare password hash.
import { type BenchParts, loginOf, password } from './bench-parts.ts'
import { startChild } from './child.ts'
import { type Figure, median, quantile } from './figures.ts'
import { cpuMsOf } from './proc.ts'
import type { HashRate, HashRun } from './raw-hashes.ts'
import type { Load } from './tries.ts'

const clients = 16
const kinds = {
  right: { login: loginOf('{client}'), password, status: '303' },
  wrong: { login: loginOf('{client}'), password: 'gardens under the eighth bridge', status: '422' },
  unknown: { login: 'nobody-{client}', password, status: '422' },
} as const
type Kind = keyof typeof kinds

interface Round {
  readonly perSecond: number
  /** CPU milliseconds of portal and database for one sign-in. */
  readonly cpuMs: number
  readonly ms: readonly number[]
}

async function signInRound(parts: BenchParts, kind: Kind): Promise<Round> {
  const { portal, database, load, seconds } = parts
  const { status, ...who } = kinds[kind]
  const wanted: Load = { port: portal.port, seconds, clients, kind: 'sign-in', ...who }
  const cpu = cpuMsOf(portal.pid, database.pid)
  const tally = await load.ask(wanted)
  const spent = cpuMsOf(portal.pid, database.pid) - cpu
  const count = tally.answers[status] ?? 0
  // On a busy machine the queue may be full for a moment. Refused tries are no sign-ins.
  const others = Object.keys(tally.answers).filter((each) => each !== status && each !== '503')
  if (others.length > 0) throw new Error(`${kind} sign-ins were answered with ${others.join()}`)
  return { perSecond: count / tally.seconds, cpuMs: spent / count, ms: tally.ms[status] ?? [] }
}

/** Compares figures of one round only, because the load of the machine changes. */
export async function measureSignIns(parts: BenchParts): Promise<Figure[]> {
  const raw = startChild<HashRun, HashRate>('./raw-hashes.ts')
  const hash = { memoryKib: 19_456, passes: 2, seconds: parts.seconds }
  const bare: HashRate[] = []
  const found: Record<Kind, Round[]> = { right: [], wrong: [], unknown: [] }
  // A new portal compiles its code for some seconds.
  await signInRound({ ...parts, seconds: 8 }, 'right')
  for (let round = 0; round < parts.rounds; round += 1) {
    // Measures the limit before and after, so that a slowing machine favours neither.
    const before = await raw.ask(hash)
    for (const kind of Object.keys(kinds) as Kind[])
      found[kind].push(await signInRound(parts, kind))
    const after = await raw.ask(hash)
    bare.push({
      perSecond: (before.perSecond + after.perSecond) / 2,
      cpuMs: (before.cpuMs + after.cpuMs) / 2,
    })
    parts.tell(`sign-ins, round ${round + 1} of ${parts.rounds}`)
  }
  await raw.stop()

  const beside = `${median(bare.map((one) => one.perSecond)).toFixed(0)} bare hashes a second`
  const ratio = (kind: Kind) =>
    median(found[kind].map((one, at) => one.perSecond / (bare[at]?.perSecond ?? 0)))
  const rate = (kind: Kind) => median(found[kind].map((one) => one.perSecond))
  const beyond = (kind: Kind) =>
    median(found[kind].map((one, at) => one.cpuMs - (bare[at]?.cpuMs ?? 0)))
  const unequal = median(found.wrong.map((one, at) => one.cpuMs / (found.unknown[at]?.cpuMs ?? 0)))
  const times = found.right.flatMap((one) => one.ms)
  return [
    { what: 'bare hashes', value: median(bare.map((one) => one.perSecond)), unit: 'a second' },
    {
      what: 'processor time of a bare hash',
      value: median(bare.map((one) => one.cpuMs)),
      unit: 'ms',
    },
    { what: `sign-ins, ${clients} connections`, value: rate('right'), unit: 'a second', beside },
    {
      what: 'sign-ins to bare hashes',
      value: ratio('right'),
      unit: '',
      target: { atLeast: 0.75 },
      beside,
    },
    {
      what: 'processor time of a sign-in beyond the hash, with the database',
      value: beyond('right'),
      unit: 'ms',
      target: { atMost: 4 },
    },
    { what: 'sign-in, median', value: median(times), unit: 'ms', beside: `${clients} at once` },
    {
      what: 'sign-in, 99th percentile',
      value: quantile(times, 0.99),
      unit: 'ms',
      beside: `${clients} at once`,
    },
    { what: 'wrong passwords', value: rate('wrong'), unit: 'a second', beside },
    { what: 'wrong passwords to bare hashes', value: ratio('wrong'), unit: '', beside },
    { what: 'unknown names', value: rate('unknown'), unit: 'a second', beside },
    {
      what: 'processor time, wrong password to unknown name: off 1 by',
      value: Math.abs(unequal - 1) * 100,
      unit: '%',
      target: { atMost: 5 },
    },
  ]
}
