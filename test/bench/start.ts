// The time to the first page, and the memory of an idle portal.
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { BenchParts } from './bench-parts.ts'
import { type Figure, median } from './figures.ts'
import { makeFolder, startPortal } from './portal.ts'
import { residentMb } from './proc.ts'

const idleSeconds = 15

async function startTimes(
  rounds: number,
  env: Readonly<Record<string, string>>,
): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const portal = await startPortal(env)
    times.push(portal.startMs)
    await portal.stop()
  }
  return times
}

export async function measureStart({
  database,
  rounds,
  tell,
}: Omit<BenchParts, 'portal' | 'load'>): Promise<Figure[]> {
  const external = { DATABASE_URL: database.url }
  const folder = await makeFolder()
  await startTimes(1, external)
  const withServer = await startTimes(rounds, external)
  const first = await startTimes(1, { DATA_DIR: folder })
  const embedded = await startTimes(rounds, { DATA_DIR: folder })
  tell('cold starts')
  await rm(folder, { recursive: true, force: true })

  const portal = await startPortal(external)
  await sleep(idleSeconds * 1000)
  const idle = residentMb(portal.pid)
  await portal.stop()
  tell('idle memory')
  return [
    {
      what: 'cold start to first page, database running',
      value: median(withServer),
      unit: 'ms',
      target: { atMost: 1000 },
    },
    {
      what: 'cold start to first page, embedded database started with it',
      value: median(embedded),
      unit: 'ms',
      target: { atMost: 1000 },
    },
    { what: 'very first start, embedded database made', value: median(first), unit: 'ms' },
    {
      what: `memory when idle for ${idleSeconds} s, with the worker`,
      value: idle,
      unit: 'MB',
      target: { atMost: 120 },
    },
  ]
}
