// The speed of form pages under steady sign-ins, and under ten times too many.
import { type BenchParts, loginOf, password } from './bench-parts.ts'
import { startChild } from './child.ts'
import { type Figure, median, quantile } from './figures.ts'
import type { Tally } from './load.ts'
import { residentMb } from './proc.ts'
import type { Load } from './tries.ts'

const visitors = { clients: 2, kind: 'page', path: '/sign-in', pause: 5 } as const

async function beside(parts: BenchParts, crowd: Load): Promise<{ crowd: Tally; pages: number[] }> {
  const other = startChild<Load, Tally>('./load.ts')
  const { port } = parts.portal
  const [tally, pages] = await Promise.all([
    parts.load.ask(crowd),
    other.ask({ ...visitors, port, seconds: crowd.seconds }),
  ])
  await other.stop()
  return { crowd: tally, pages: [...(pages.ms['200'] ?? [])] }
}

export async function measureCrowd(parts: BenchParts): Promise<Figure[]> {
  const { portal, rounds, seconds } = parts
  const signIns = {
    port: portal.port,
    kind: 'sign-in',
    login: loginOf('{client}'),
    password,
  } as const
  const medians: number[] = []
  const tails: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const { pages } = await beside(parts, { ...signIns, clients: 32, seconds: seconds * 2 })
    medians.push(median(pages))
    tails.push(quantile(pages, 0.99))
  }
  parts.tell('form pages beside 32 clients that sign in')
  const what = 'form page while 32 clients sign in'
  return [
    { what: `${what}, median`, value: median(medians), unit: 'ms', target: { atMost: 5 } },
    { what: `${what}, 99th percentile`, value: median(tails), unit: 'ms', target: { atMost: 25 } },
  ]
}

export async function measureOverload(parts: BenchParts): Promise<Figure[]> {
  const { portal, seconds, rounds } = parts
  const people = {
    port: portal.port,
    kind: 'sign-in',
    login: loginOf('{client}'),
    password,
  } as const
  // Measures the capacity again, because the machine may have changed its speed.
  const usual = await parts.load.ask({ ...people, clients: 16, seconds: seconds * 2 })
  const rate = Math.round(((usual.answers['303'] ?? 0) / usual.seconds) * 10)
  const signIns = { ...people, rate }
  const before = residentMb(portal.pid)
  const memory: number[] = []
  const accepted: number[] = []
  const refused: number[] = []
  const pages: number[] = []
  const odd = new Set<string>()
  // The first flood lets the heap grow. The measured one shows whether the growth ends.
  const lengths = [8, ...Array.from({ length: rounds }, () => seconds * 2)]
  const all = lengths.reduce((sum, length) => sum + length)
  for (const length of lengths) {
    const found = await beside(parts, { ...signIns, clients: 500, seconds: length })
    accepted.push(...(found.crowd.ms['303'] ?? []))
    refused.push(...(found.crowd.ms['503'] ?? []))
    pages.push(...found.pages)
    for (const status of Object.keys(found.crowd.answers))
      if (status !== '303' && status !== '503') odd.add(status)
    memory.push(residentMb(portal.pid))
  }
  parts.tell('overload')
  const offered = `${rate} sign-ins a second offered`
  const growth = (memory.at(-1) ?? 0) - (memory[0] ?? 0)
  return [
    { what: 'overload: accepted', value: accepted.length / all, unit: 'a second', beside: offered },
    { what: 'overload: accepted, median', value: median(accepted), unit: 'ms' },
    { what: 'overload: accepted, 99th percentile', value: quantile(accepted, 0.99), unit: 'ms' },
    {
      what: 'overload: accepted, slowest',
      value: Math.max(...accepted),
      unit: 'ms',
      target: { atMost: 2000 },
    },
    { what: 'overload: refused', value: refused.length / all, unit: 'a second', beside: offered },
    { what: 'overload: refused after, median', value: median(refused), unit: 'ms' },
    {
      what: 'overload: refused after, 95th percentile',
      value: quantile(refused, 0.95),
      unit: 'ms',
    },
    { what: 'overload: form page, median', value: median(pages), unit: 'ms' },
    {
      what: 'overload: form page, 95th percentile',
      value: quantile(pages, 0.95),
      unit: 'ms',
      target: { atMost: 500 },
    },
    { what: 'overload: other answers', value: odd.size, unit: 'kinds', target: { atMost: 0 } },
    {
      what: 'overload: memory grown from its first round to its last',
      value: growth,
      unit: 'MB',
      target: { atMost: 10 },
      beside: `${memory.map((each) => each.toFixed(0)).join(', ')} MB`,
    },
    {
      what: 'memory after overload',
      value: memory.at(-1) ?? 0,
      unit: 'MB',
      beside: `${before.toFixed(0)} MB before`,
    },
  ]
}
