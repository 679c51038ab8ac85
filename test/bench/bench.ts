// `npm run bench` measures the portal beside the limits of this machine.
// --quick: short rounds. --json FILE: figures for programs.
// --only NAME,…: start, sign-ins, pages, registrations, crowd, overload.
// --against DIR: compares only with the earlier portal whose checkout is in DIR.
import { writeFile } from 'node:fs/promises'
import { availableParallelism, cpus, release, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureBeforeAfter } from './before-after.ts'
import { type BenchParts, people } from './bench-parts.ts'
import { startChild } from './child.ts'
import { measureCrowd, measureOverload } from './crowd.ts'
import { type Figure, holds, tableOf } from './figures.ts'
import type { Tally } from './load.ts'
import { measurePages } from './pages.ts'
import { startDatabase, startPortal } from './portal.ts'
import { cpuMsOf, machineCpuMs, residentMb } from './proc.ts'
import { makePeople, measureRegistrations } from './registrations.ts'
import { measureSignIns } from './sign-ins.ts'
import { measureStart } from './start.ts'
import type { Load } from './tries.ts'

const { values: given } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    only: { type: 'string' },
    against: { type: 'string' },
  },
})
const wanted = given.against === undefined ? given.only?.split(',') : ['against']
const isWanted = (name: string) => wanted === undefined || wanted.includes(name)
const tell = (line: string) => void process.stderr.write(`  ${line}\n`)

const begunMs = performance.now()
const machineMs = machineCpuMs()
const database = await startDatabase()
const length = { rounds: given.quick ? 3 : 7, seconds: given.quick ? 1 : 2 }
const figures: Figure[] = []

const portal = await startPortal({ DATABASE_URL: database.url })
if (isWanted('start')) {
  await portal.stop()
  figures.push(...(await measureStart({ database, ...length, tell })))
}
const measured = isWanted('start') ? await startPortal({ DATABASE_URL: database.url }) : portal
const load = startChild<Load, Tally>('./load.ts')
const parts: BenchParts = { portal: measured, database, load, ...length, tell }
try {
  if (wanted === undefined || wanted.some((name) => name !== 'start' && name !== 'against'))
    await makePeople(measured.port, people)
  if (given.against) figures.push(...(await measureBeforeAfter(parts, given.against)))
  if (isWanted('pages')) figures.push(...(await measurePages(parts)))
  if (isWanted('sign-ins')) figures.push(...(await measureSignIns(parts)))
  if (isWanted('registrations')) figures.push(...(await measureRegistrations(parts)))
  if (isWanted('crowd')) figures.push(...(await measureCrowd(parts)))
  if (isWanted('overload')) figures.push(...(await measureOverload(parts)))
  if (given.against === undefined)
    figures.push({ what: 'memory after all of it', value: residentMb(measured.pid), unit: 'MB' })
} finally {
  const ownMs = cpuMsOf(process.pid)
  const wholeMs = (performance.now() - begunMs) * availableParallelism()
  const others = ((machineCpuMs() - machineMs - ownMs) / wholeMs) * 100
  figures.push({
    what: 'processors used by other programs meanwhile',
    value: Math.max(0, others),
    unit: '%',
  })
  await load.stop()
  await measured.stop()
  await database.stop()
}

const machine = {
  processors: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
  memoryGb: Math.round(totalmem() / 1e9),
  system: `${process.platform} ${release()}`,
  node: process.version,
}
const args = process.argv.slice(2)
const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ')
const at = new Date().toISOString()
process.stdout.write(
  `${at}, ${Object.values(machine).join(', ')}\n${command}\n\n${tableOf(figures)}\n`,
)
if (given.json) {
  const all = figures.map((figure) => ({ ...figure, holds: holds(figure) }))
  await writeFile(
    given.json,
    `${JSON.stringify({ at, machine, command, figures: all }, null, 2)}\n`,
  )
}
